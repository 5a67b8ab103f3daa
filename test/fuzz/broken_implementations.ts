import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_NET_ADMIN } from '../../src/abi/capabilities.js';
import { OUTCOME_MASK, Outcome } from '../../src/abi/verdict.js';
import {
  DEFAULT_IMPLEMENTATIONS,
  type Implementations,
  type OptimizedEngine,
  type ReferenceModel,
} from '../../src/differential/implementations.js';
import { rowOf } from '../../src/engine/columns.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import { mapTypeCapability } from '../../src/kernel/map_types.js';
import type { Request, TokenSpec, World } from '../../src/kernel/world.js';

type Wrong = (world: World, request: Request, byte: number) => number;

/** A hot path that answers some requests wrong, whichever way it is asked. */
export function wrongAnswers(wrong: Wrong): Implementations {
  const engine = (first: World): OptimizedEngine => {
    const evaluator = createEvaluator(first);
    const plain = { insnCnt: 1, pre: 0 };
    return {
      decideRequest: (request) => wrong(evaluator.world, request, evaluator.decideRequest(request)),
      decideIds: (task, token, cmd, type, attachType) =>
        wrong(
          evaluator.world,
          { task, token, cmd, type, attachType, ...plain },
          evaluator.decideIds(task, token, cmd, type, attachType),
        ),
      decideBatch(columns, out) {
        evaluator.decideBatch(columns, out);
        for (const [row, byte] of out.entries()) out[row] = wrong(evaluator.world, rowOf(columns, row), byte);
      },
      replaceWorld: (world) => evaluator.editor.replaceWorld(world),
    };
  };
  return { ...DEFAULT_IMPLEMENTATIONS, engine };
}

/** A hot path that compiles another world than it is given. */
export function wrongTables(change: (world: World) => World): Implementations {
  const engine = (first: World): OptimizedEngine => {
    const evaluator = createEvaluator(change(first));
    return {
      decideRequest: (request) => evaluator.decideRequest(request),
      decideIds: (...ids) => evaluator.decideIds(...ids),
      decideBatch: (columns, out) => evaluator.decideBatch(columns, out),
      replaceWorld: (world) => evaluator.editor.replaceWorld(change(world)),
    };
  };
  return { ...DEFAULT_IMPLEMENTATIONS, engine };
}

/** A hot path that answers some requests wrong in long runs of one task and token alone. */
export function wrongRuns(wrong: Wrong): Implementations {
  const engine = (first: World): OptimizedEngine => {
    const evaluator = createEvaluator(first);
    return {
      decideRequest: (request) => evaluator.decideRequest(request),
      decideIds: (...ids) => evaluator.decideIds(...ids),
      decideBatch(columns, out) {
        evaluator.decideBatch(columns, out);
        if (out.length < 512 || new Set(columns.task).size > 1 || new Set(columns.token).size > 1) return;
        for (let row = 512; row < out.length; row++) {
          out[row] = wrong(evaluator.world, rowOf(columns, row), out[row] as number);
        }
      },
      replaceWorld: (world) => evaluator.editor.replaceWorld(world),
    };
  };
  return { ...DEFAULT_IMPLEMENTATIONS, engine };
}

/** A model that answers some requests wrong. */
export function wrongModel(wrong: Wrong): Implementations {
  const model = (world: World): ReferenceModel => {
    const real = DEFAULT_IMPLEMENTATIONS.model(world);
    return { ask: (request) => wrong(world, request, real.ask(request)) };
  };
  return { ...DEFAULT_IMPLEMENTATIONS, model };
}

/** A model of another world than it is given. */
export function wrongModelWorld(change: (world: World) => World): Implementations {
  return { ...DEFAULT_IMPLEMENTATIONS, model: (world) => DEFAULT_IMPLEMENTATIONS.model(change(world)) };
}

const everyToken =
  (change: (token: TokenSpec) => TokenSpec) =>
  (world: World): World => ({ ...world, tokens: world.tokens.map(change) });

/** Map types that ask CAP_NET_ADMIN are allowed to who lacks it. */
export const freeNetworkMaps: Wrong = (world, { cmd, type }, byte) => {
  const { vocabulary } = world.profile;
  const isNetMap =
    cmd === vocabulary.require('cmds', 'map_create') && mapTypeCapability(vocabulary, type) === CAP_NET_ADMIN;
  return isNetMap && (byte & OUTCOME_MASK) === Outcome.CAP_NET_ADMIN_MISSING ? byte & ~OUTCOME_MASK : byte;
};

/** The attach mask is not looked at. */
export const noAttachMask = everyToken((token) => ({ ...token, allowed: { ...token.allowed, attachs: MASK_ANY } }));

/** Program type 31 is taken out of every mask. */
export const noHighPrograms = everyToken((token) => ({
  ...token,
  allowed: { ...token.allowed, progs: token.allowed.progs & ~(1n << 31n) },
}));

/** An LSM's refusal of a command is not asked for. */
export const noCmdHook = everyToken((token) => ({ ...token, denials: { ...token.denials, cmds: 0n } }));

/** An LSM's refusal of a capability is not asked for. */
export const noCapableHook = everyToken((token) => ({ ...token, denials: { ...token.denials, caps: 0n } }));

/** Owners are looked for one level too high. */
export const ownerOneLevelOff = (world: World): World => ({
  ...world,
  userns: world.userns.map((ns) => ({ ...ns, owner: world.userns[ns.parent]?.owner ?? 0 })),
});

/** A token is taken for one of the parent of its user namespace. */
export const tokenOneLevelOff = (world: World): World => ({
  ...world,
  tokens: world.tokens.map((token) => ({ ...token, userns: world.userns[token.userns]?.parent ?? 0 })),
});

/** The deepest level is cut off. */
export const noLevel33 = (world: World): World => {
  const levels: number[] = [];
  const userns = world.userns.map((ns, id) => {
    const level = id === 0 ? 0 : (levels[ns.parent] as number) + 1;
    levels.push(Math.min(level, 32));
    return level > 32 ? { ...ns, parent: world.userns[ns.parent]?.parent ?? 0 } : ns;
  });
  return { ...world, userns };
};

/** unprivileged_bpf_disabled=1 is taken for 0. */
export const sysctlOneIsZero = (world: World): World =>
  world.unprivilegedBpfDisabled === 1 ? { ...world, unprivilegedBpfDisabled: 0 } : world;

/** 1,000,000 instructions are one too many. */
export const oneInstructionLess: Wrong = (_, { insnCnt }, byte) =>
  insnCnt === 1_000_000 && (byte & OUTCOME_MASK) === Outcome.ALLOWED
    ? (byte & ~OUTCOME_MASK) | Outcome.INSN_CNT_E2BIG
    : byte;

/** The last map type of a release is not known. */
export const lastMapTypeUnknown: Wrong = (world, { cmd, type, pre }, byte) => {
  const { vocabulary } = world.profile;
  const isLast = cmd === vocabulary.require('cmds', 'map_create') && type === vocabulary.count.map_types - 1;
  return isLast && pre === 0 && (byte & OUTCOME_MASK) === Outcome.ALLOWED ? Outcome.UNKNOWN_TYPE : byte;
};

/** A hot path whose evaluators are changed, with everything that they can do. */
export function wrongEvaluator(change: (evaluator: Evaluator) => Partial<OptimizedEngine>): Implementations {
  const engine = (world: World): OptimizedEngine => {
    const evaluator = createEvaluator(world);
    return {
      decideRequest: (request) => evaluator.decideRequest(request),
      decideIds: (...ids) => evaluator.decideIds(...ids),
      decideBatch: (columns, out) => evaluator.decideBatch(columns, out),
      replaceWorld: (next) => evaluator.editor.replaceWorld(next),
      addTask: (task) => evaluator.editor.addTask(task),
      addToken: (token) => evaluator.editor.addToken(token),
      narrowToken: (token, keep) => evaluator.editor.narrowToken(token, keep),
      createColumns: (rows) => evaluator.createColumns(rows),
      createVerdicts: (rows) => evaluator.createVerdicts(rows),
      ...change(evaluator),
    };
  };
  return { ...DEFAULT_IMPLEMENTATIONS, engine };
}

/** A batch whose last row is answered wrong. */
function spoilLast(out: Uint8Array): void {
  out[out.length - 1] = Outcome.BAD_ROW;
}

/** A task that is added has no capability. */
export const addedTasksAreBare = wrongEvaluator((evaluator) => ({
  addTask: (task) => evaluator.editor.addTask({ ...task, effective: 0n }),
}));

/** Denials of a token that is added are lost. */
export const addedTokensAreNotDenied = wrongEvaluator((evaluator) => ({
  addToken: (token) => evaluator.editor.addToken({ ...token, denials: { cmds: 0n, caps: 0n } }),
}));

/** Narrowing changes nothing. */
export const narrowingIsIgnored = wrongEvaluator(() => ({ narrowToken: () => undefined }));

/** Batches in the evaluator's own memory lose their last row. */
export const residentBatchesAreShort = wrongEvaluator((evaluator) => {
  const resident = new Set<Uint8Array>();
  return {
    createVerdicts(rows) {
      const out = evaluator.createVerdicts(rows);
      resident.add(out);
      return out;
    },
    decideBatch(columns, out) {
      evaluator.decideBatch(columns, out);
      if (resident.has(out)) spoilLast(out);
    },
  };
});

/** Batches without a column of faults lose their last row. */
export const noFaultsIsWrong = wrongEvaluator((evaluator) => ({
  decideBatch(columns, out) {
    evaluator.decideBatch(columns, out);
    if (columns.pre === undefined) spoilLast(out);
  },
}));

/** Batches past the room they are copied through lose their last row. */
export const longBatchesAreShort = wrongEvaluator((evaluator) => ({
  decideBatch(columns, out) {
    evaluator.decideBatch(columns, out);
    if (out.length > 8192) spoilLast(out);
  },
}));

/** Evaluators of one thread share the sysctl: the last world that any of them was given decides. */
export function sharedSysctl(): Implementations {
  let last: World['unprivilegedBpfDisabled'] = 0;
  const evaluators = new Map<World['unprivilegedBpfDisabled'], Evaluator>();
  const engine = (first: World): OptimizedEngine => {
    let world = first;
    const place = (next: World): void => {
      world = next;
      last = next.unprivilegedBpfDisabled;
    };
    place(first);
    const asked = (): Evaluator => {
      const evaluator = evaluators.get(last) ?? createEvaluator(world);
      evaluator.editor.replaceWorld({ ...world, unprivilegedBpfDisabled: last });
      evaluators.set(last, evaluator);
      return evaluator;
    };
    return {
      decideRequest: (request) => asked().decideRequest(request),
      decideIds: (...ids) => asked().decideIds(...ids),
      decideBatch: (columns, out) => asked().decideBatch(columns, out),
      replaceWorld: place,
    };
  };
  return { ...DEFAULT_IMPLEMENTATIONS, engine };
}

/** A model in which a token that needs its own namespace and does not fall back refuses every caller from elsewhere. */
export const noFallbackRefuses: Implementations = wrongModel((world, { task, token, cmd, type }, byte) => {
  const { rules, vocabulary } = world.profile;
  const isAttach = ['prog_attach', 'link_create'].includes(vocabulary.nameOf('cmds', cmd));
  const isElsewhere = world.tokens[token] && world.tasks[task]?.userns !== world.tokens[token].userns;
  const isWrong = rules.token_needs_own_userns && !rules.token_falls_back_to_init && isAttach && isElsewhere;
  const isAllowed =
    (byte & OUTCOME_MASK) === Outcome.ALLOWED && type === vocabulary.require('prog_types', 'cgroup_skb');
  return isWrong && isAllowed ? (byte & ~OUTCOME_MASK) | Outcome.CAP_NET_ADMIN_MISSING : byte;
});
