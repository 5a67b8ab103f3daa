import { createEvaluator } from '../../src/engine/evaluator.js';
import { Model } from '../../src/kernel/model.js';
import { cellsOfAll, type NamedCell } from '../../src/kernel/permission_cells.js';
import { decodeVerdict } from '../../src/kernel/verdict.js';
import { NO_TOKEN, requestOf, type World } from '../../src/kernel/world.js';

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

/**
 * Every request of some worlds, one by one: by task, then without an object, with each token, with each bpffs. The evaluator answers, which
 * other tests compare with the model, and the model for token_create.
 */
export function askEverything(worlds: readonly World[]): AskedRequest[] {
  const models = worlds.map((world) => new Model(world));
  const evaluators = worlds.map((world) => createEvaluator(world));
  const namesOf = (of: (world: World) => readonly { readonly name: string }[]) => [
    ...new Set(worlds.flatMap((world) => of(world).map(({ name }) => name))),
  ];
  const cells = cellsOfAll(worlds.map(({ profile }) => profile.vocabulary));
  const isCreate = ({ vocabulary, cmd }: NamedCell) => vocabulary.nameOf('cmds', cmd) === 'token_create';
  const [creating, others] = [cells.filter(isCreate), cells.filter((cell) => !isCreate(cell))];
  const asked: AskedRequest[] = [];
  const ask = (task: string, token: string | undefined, bpffs: string | undefined, calls: readonly NamedCell[]) => {
    const ids = worlds.map((world) => {
      const index = (items: readonly { readonly name: string }[], name: string) =>
        items.findIndex((item) => item.name === name);
      return {
        task: index(world.tasks, task),
        token: token === undefined ? NO_TOKEN : index(world.tokens, token),
        bpffs: bpffs === undefined ? undefined : index(world.bpffs, bpffs),
      };
    });
    for (const { cmd, type, attachType } of calls) {
      const allowed = ids.map((own, side) => {
        if (own.task === -1 || own.token === -1 || own.bpffs === -1) return false;
        const byte =
          own.bpffs === undefined
            ? evaluators[side]?.decideIds(own.task, own.token, cmd, type, attachType)
            : models[side]?.ask(requestOf({ task: own.task, cmd, bpffs: own.bpffs }));
        return decodeVerdict(byte as number).allowed;
      });
      asked.push({ task, token, bpffs, cmd, type, attachType, allowed });
    }
  };
  for (const task of namesOf(({ tasks }) => tasks)) {
    for (const token of [undefined, ...namesOf(({ tokens }) => tokens)]) ask(task, token, undefined, others);
    for (const bpffs of namesOf((world) => world.bpffs)) ask(task, undefined, bpffs, creating);
  }
  for (const evaluator of evaluators) evaluator.dispose();
  return asked;
}
