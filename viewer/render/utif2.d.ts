/** What is used of the library: its own description asks for the types of Node, which pages do not have. */
interface Decoder {
  decode: { _addNtimes(line: number[], times: number, value: number): void };
  decodeImage(buffer: ArrayBuffer, directory: object, all: object[]): void;
  toRGBA8(directory: object): Uint8Array<ArrayBuffer>;
}
declare const decoder: Decoder;
export default decoder;
