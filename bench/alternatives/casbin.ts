import type { TaskSpec } from '../../src/kernel/world.js';
import type { MakeAlternative } from './alternative.js';
import { bitsOf, needsOf, usernsWith } from './question.js';

interface Enforcer {
  addFunction(name: string, call: (...args: never[]) => unknown): Promise<void>;
  enforceSync(...request: unknown[]): boolean;
}
interface Casbin {
  newEnforcer(model: unknown): Promise<Enforcer>;
  newModelFromString(text: string): unknown;
}

const MODEL = `
[request_definition]
r = task, token, type
[policy_definition]
p = sub
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = has(r.task.userns, 0) || (has(r.task.userns, r.token.userns) && has(r.token.cmds, r.type.cmd) && \\
has(r.token.progs, r.type.number) && has(r.token.attachs, r.type.attachType))
`;

/** casbin: attributes in a matcher, with one added function: whether a list has a number. */
export const casbin: MakeAlternative = async (world, find) => {
  const { newEnforcer, newModelFromString } = await find.load<Casbin>('casbin');
  const enforcer = await newEnforcer(newModelFromString(MODEL.replaceAll('\\\n', '')));
  await enforcer.addFunction('has', (list: readonly number[], number: number) => list.includes(number));
  const cmd = world.profile.vocabulary.require('cmds', 'prog_load');
  const tokens = world.tokens.map(({ userns, allowed }) => ({
    userns,
    cmds: bitsOf(allowed.cmds),
    progs: bitsOf(allowed.progs),
    attachs: bitsOf(allowed.attachs),
  }));
  return {
    name: 'casbin',
    version: find.version('casbin'),
    how: 'attributes of task, token and type in a matcher, with one added function: whether a list has a number',
    cannot: 'relations between namespaces in a matcher: a task lists those in which it has the required capabilities',
    prepare({ task, token, type, attachType }) {
      const userns = usernsWith(world, world.tasks[task] as TaskSpec, needsOf(world, type));
      const asker = { userns };
      const asked = { cmd, number: type, attachType };
      return () => enforcer.enforceSync(asker, tokens[token], asked);
    },
  };
};
