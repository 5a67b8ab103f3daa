import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../../src/abi/capabilities.js';
import { OUTCOME_MASK, type Outcome } from '../../src/abi/verdict.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { fittingAttachTypes } from '../../src/kernel/attach_types.js';
import { progTypeNeeds } from '../../src/kernel/prog_types.js';
import { isAllowed } from '../../src/kernel/verdict.js';
import type { TaskSpec, World } from '../../src/kernel/world.js';
import { Random } from '../../src/workload/random.js';

/** May a task load a program of a type, with an attach type that fits it, with a token? By ids. */
export interface Question {
  readonly task: number;
  readonly token: number;
  readonly type: number;
  readonly attachType: number;
}

/** Capabilities that a question requires. */
export const ASKED_CAPS = [CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON] as const;
const QUESTION_STREAM = 4;

/**
 * Questions drawn from a world: task and type uniform; a third of the tokens of the task's own user namespace and a third of
 * a child of it, where there are such, the rest uniform.
 */
export function drawQuestions(world: World, seed: number, count: number): Question[] {
  const random = new Random();
  random.reseed(seed, QUESTION_STREAM);
  const { userns, tasks, tokens, profile } = world;
  const ids = [...tokens.keys()];
  const everywhere = (): number => random.below(tokens.length);
  const oneOf = (some: readonly number[]): number =>
    some.length > 0 ? (some[random.below(some.length)] as number) : everywhere();
  return Array.from({ length: count }, () => {
    const task = random.below(tasks.length);
    const home = tasks[task]?.userns as number;
    const workspace = random.below(3);
    const token =
      workspace === 0
        ? oneOf(ids.filter((id) => tokens[id]?.userns === home))
        : workspace === 1
          ? oneOf(ids.filter((id) => tokens[id]?.userns !== 0 && userns[tokens[id]?.userns ?? 0]?.parent === home))
          : everywhere();
    const type = 1 + random.below(profile.vocabulary.count.prog_types - 1);
    return { task, token, type, attachType: attachTypeOf(world, type) };
  });
}

/** The first attach type that fits a program type; 0 where all do. */
export function attachTypeOf({ profile: { vocabulary } }: World, type: number): number {
  const [name] = fittingAttachTypes(vocabulary, type) ?? [];
  return name === undefined ? 0 : vocabulary.require('attach_types', name);
}

/** The evaluator's answers. */
export function expectedAnswers(world: World, questions: readonly Question[]): boolean[] {
  const evaluator = createEvaluator(world);
  const progLoad = world.profile.vocabulary.require('cmds', 'prog_load');
  return questions.map(({ task, token, type, attachType }) =>
    isAllowed((evaluator.decideIds(task, token, progLoad, type, attachType) & OUTCOME_MASK) as Outcome),
  );
}

/** The capabilities that loading a type requires where unprivileged BPF is disabled. */
export function needsOf({ profile: { vocabulary } }: World, type: number): number[] {
  const { netAdmin, perfmon } = progTypeNeeds(vocabulary, type);
  return [CAP_BPF, ...(netAdmin ? [CAP_NET_ADMIN] : []), ...(perfmon ? [CAP_PERFMON] : [])];
}

/** A task's capabilities among those that bpf() checks; CAP_SYS_ADMIN implies all. */
export function capsOf({ effective }: TaskSpec): number[] {
  const has = (cap: number): boolean => ((effective >> BigInt(cap)) & 1n) === 1n;
  return ASKED_CAPS.filter((cap) => has(cap) || has(CAP_SYS_ADMIN));
}

/** A user namespace and its ancestors, itself first. */
export function chainOf({ userns }: World, id: number): number[] {
  const chain = [id];
  for (let at = id; at !== 0; ) {
    at = userns[at]?.parent as number;
    chain.push(at);
  }
  return chain;
}

/** The user namespaces in which a task has all of some capabilities: input for engines without hierarchies. */
export function usernsWith(world: World, task: TaskSpec, needs: readonly number[]): number[] {
  const caps = capsOf(task);
  return [...world.userns.keys()].filter((id) => {
    const chain = chainOf(world, id);
    const workspace = chain.indexOf(task.userns);
    if (workspace === -1) return false;
    const isOwner = workspace > 0 && world.userns[chain[workspace - 1] as number]?.owner === task.euid;
    return isOwner || needs.every((cap) => caps.includes(cap));
  });
}

/** The numbers of a mask's bits. */
export function bitsOf(mask: bigint): number[] {
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((mask >> BigInt(bit)) & 1n) === 1n);
}
