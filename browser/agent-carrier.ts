import type { Bytes } from "../shared/bytes.js";
import { RightsError, type RightsErrorCode } from "../shared/errors.js";
import { type AnsweredOp, type AnswerOf, type JobState, parseAnswer } from "../shared/protocol/agent-answers.js";
import type { LinkOp, LinkRequest, RequestOf } from "../shared/protocol/agent-api.js";
import type { Slice } from "../shared/protocol/agent-frames.js";

type Fields<O extends LinkOp> = Omit<RequestOf<O>, "id" | "op">;

/** What brings messages to an agent and back: a WebSocket, or POST where there is none. */
export interface Carrier {
  readonly port: number;
  /** @throws RightsError what the agent answered; `agent-unreachable` once the way to it is lost. */
  ask<O extends AnsweredOp>(op: O, fields: Fields<O>): Promise<AnswerOf<O>>;
  /** Bytes of what came out of a job. */
  read(fields: Fields<"read">): Promise<Bytes>;
  /** Resolves once the agent has the slice; before, when there is room for another. */
  send(slice: Omit<Slice, "id">): Promise<JobState>;
  /** How many bytes wait here to leave. */
  readonly buffered: number;
  /** News of jobs, where the agent brings them by itself. */
  onJob(listener: (state: JobState) => void): void;
  /** Whether it brings them: else they are asked for. */
  readonly tells: boolean;
  close(): void;
}

export const requestOf = <O extends LinkOp>(id: number, op: O, fields: Fields<O>) =>
  ({ id, op, ...fields }) as unknown as LinkRequest;

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export const failed = ({ code, message }: Failure): RightsError => new RightsError(code as RightsErrorCode, message);

export const unreachable = (cause?: unknown): RightsError =>
  new RightsError("agent-unreachable", "the protection agent on this computer does not answer", { cause });

export const jobIn = (answer: unknown): JobState => parseAnswer("job", answer);
