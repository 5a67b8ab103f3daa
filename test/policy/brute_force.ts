import { Model } from '../../src/kernel/model.js';
import { type PermissionCell, permissionCells } from '../../src/kernel/permission_cells.js';
import { decodeVerdict } from '../../src/kernel/verdict.js';
import { NO_TOKEN, type Request, requestOf, type World } from '../../src/kernel/world.js';

/** One request by names, and whether each world allows it. */
export interface AskedRequest {
  readonly task: string;
  readonly token: string | undefined;
  readonly bpffs: string | undefined;
  readonly cmd: number;
  readonly type: number;
  readonly attachType: number;
  readonly allowed: readonly boolean[];
}

/** Every request of some worlds, one by one, by the model: by task, then without an object, with each token, with each bpffs. */
export function askEverything(worlds: readonly World[]): AskedRequest[] {
  const models = worlds.map((world) => new Model(world));
  const namesOf = (of: (world: World) => readonly { readonly name: string }[]) => [
    ...new Set(worlds.flatMap((world) => of(world).map(({ name }) => name))),
  ];
  const cells = new Map<string, PermissionCell & { readonly profile: World['profile'] }>();
  for (const { profile } of worlds) {
    for (const cell of permissionCells(profile.vocabulary)) {
      const key = `${cell.cmd} ${cell.type} ${cell.attachType}`;
      if (!cells.has(key)) cells.set(key, { ...cell, profile });
    }
  }
  const [creating, others] = [
    [...cells.values()].filter(isCreate),
    [...cells.values()].filter((cell) => !isCreate(cell)),
  ];
  const asked: AskedRequest[] = [];
  const ask = (
    task: string,
    token: string | undefined,
    bpffs: string | undefined,
    { cmd, type, attachType }: (typeof others)[0],
  ) => {
    const allowed = worlds.map((world, side) => {
      const index = (items: readonly { readonly name: string }[], name: string) =>
        items.findIndex((item) => item.name === name);
      const ids = {
        task: index(world.tasks, task),
        token: token === undefined ? NO_TOKEN : index(world.tokens, token),
        bpffs: bpffs === undefined ? undefined : index(world.bpffs, bpffs),
      };
      if (ids.task === -1 || ids.token === -1 || ids.bpffs === -1) return false;
      const request: Request = requestOf({ cmd, type, attachType, task: ids.task, token: ids.token });
      const byte = models[side]?.ask(ids.bpffs === undefined ? request : { ...request, bpffs: ids.bpffs }) as number;
      return decodeVerdict(byte).allowed;
    });
    asked.push({ task, token, bpffs, cmd, type, attachType, allowed });
  };
  for (const task of namesOf(({ tasks }) => tasks)) {
    for (const token of [undefined, ...namesOf(({ tokens }) => tokens)])
      for (const cell of others) ask(task, token, undefined, cell);
    for (const bpffs of namesOf((world) => world.bpffs)) for (const cell of creating) ask(task, undefined, bpffs, cell);
  }
  return asked;
}

function isCreate({ cmd, profile }: { readonly cmd: number; readonly profile: World['profile'] }): boolean {
  return profile.vocabulary.nameOf('cmds', cmd) === 'token_create';
}
