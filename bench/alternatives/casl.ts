import type { TaskSpec } from '../../src/kernel/world.js';
import type { MakeAlternative } from './alternative.js';
import { attachTypeOf, bitsOf, needsOf, usernsWith } from './question.js';

interface Ability {
  can(action: string, subject: unknown): boolean;
}
interface Casl {
  createMongoAbility(rules: readonly object[]): Ability;
  subject(type: string, object: object): unknown;
}

/** @casl/ability: an ability per task, an action per program type; tokens are subjects, whose masks are lists. */
export const casl: MakeAlternative = async (world, find) => {
  const { createMongoAbility, subject } = await find.load<Casl>('@casl/ability');
  const { count } = world.profile.vocabulary;
  const progLoad = world.profile.vocabulary.require('cmds', 'prog_load');
  const types = Array.from({ length: count.prog_types - 1 }, (_, i) => i + 1);
  const abilities = new Map<number, Ability>();
  const abilityOf = (id: number): Ability => {
    const task = world.tasks[id] as TaskSpec;
    const rules = types.flatMap((type) => {
      const userns = usernsWith(world, task, needsOf(world, type));
      const action = `load ${type}`;
      if (userns.includes(0)) return [{ action, subject: 'Token' }];
      const attachs = attachTypeOf(world, type);
      return [
        { action, subject: 'Token', conditions: { userns: { $in: userns }, cmds: progLoad, progs: type, attachs } },
      ];
    });
    return createMongoAbility(rules);
  };
  const tokens = world.tokens.map(({ userns, allowed }) =>
    subject('Token', {
      userns,
      cmds: bitsOf(allowed.cmds),
      progs: bitsOf(allowed.progs),
      attachs: bitsOf(allowed.attachs),
    }),
  );
  return {
    name: '@casl/ability',
    version: find.version('@casl/ability'),
    how: 'an ability per task with a rule per program type; the token a subject whose masks are lists',
    cannot:
      'relations between namespaces: each rule lists those in which its task has the capabilities, computed beforehand',
    prepare({ task, token, type }) {
      const ability = abilities.get(task) ?? abilityOf(task);
      abilities.set(task, ability);
      const action = `load ${type}`;
      return () => ability.can(action, tokens[token]);
    },
  };
};
