/** How wide letters are in Helvetica, and in Arial, which has the same widths: thousandths of the font's size (Adobe Core 14 AFM). */

const printable = [
  [278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278], // space to /
  [556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556], // 0 to ?
  [1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778], // @ to O
  [667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556], // P to _
  [333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556], // ` to o
  [556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584], // p to ~
].flat();

const combining = /\p{M}/u;
/** As wide as they are high: those of China, Japan and Korea. */
const square = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;
const usual = 600;

function widthOf(letter: string): number {
  if (combining.test(letter)) return 0;
  const [plain] = letter.normalize("NFD");
  const known = printable[plain!.charCodeAt(0) - 0x20];
  if (known !== undefined) return known;
  return square.test(letter) || letter.length > 1 ? 1000 : usual;
}

/** One for each UTF-16 unit of a text: the second half of a letter has none of its own. */
export const letterWidths = (text: string): number[] =>
  [...text].flatMap((letter) => [widthOf(letter), ...(letter.length > 1 ? [0] : [])]);
