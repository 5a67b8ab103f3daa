import { Model } from './model.js';
import { requestOf, type World } from './world.js';

/** The verdict bytes of every request of one task with one token. */
export interface Permissions {
  /** A command without a type ignores `type` and `attachType`. */
  verdictOf(cmd: number, type?: number, attachType?: number): number;
}

/** What the model answers to requests of a task with a token (an id, or NO_TOKEN), each with one instruction and no fault. */
export function modelPermissions(world: World, task: number, token: number): Permissions {
  const model = new Model(world);
  return {
    verdictOf: (cmd, type = 0, attachType = 0) => model.ask(requestOf({ task, token, cmd, type, attachType })),
  };
}
