import type { TaskSpec, TokenSpec, UsernsSpec } from '../../src/kernel/world.js';
import type { MakeAlternative } from './alternative.js';
import { bitsOf, capsOf, chainOf, needsOf } from './question.js';

interface Answer {
  readonly type: string;
  readonly response?: { readonly decision: string };
  readonly errors?: unknown;
}
interface Cedar {
  preparsePolicySet(id: string, policies: object): Answer;
  statefulIsAuthorized(call: object): Answer;
}

/** The rules of bpf_token_capable() and cap_capable(): namespaces and their owners are a hierarchy of Cedar entities. */
const POLICIES = `
permit (principal, action == Action::"prog_load", resource) when {
  resource.cmds.contains(context.cmd) && resource.progs.contains(context.type) &&
  resource.attachs.contains(context.attachType) &&
  (resource.userns in principal.owned ||
   (resource.userns in principal.userns && principal.caps.containsAll(context.needs)))
};
permit (principal, action == Action::"prog_load", resource) when {
  principal.userns == Userns::"0" && principal.caps.containsAll(context.needs)
};
`;
const POLICY_SET = 'bpf';

/** @cedar-policy/cedar-wasm: policies parsed once; the entities of a question, as JSON, in each call. */
export const cedar: MakeAlternative = async (world, find) => {
  const { preparsePolicySet, statefulIsAuthorized } = await find.load<Cedar>('@cedar-policy/cedar-wasm/nodejs');
  const parsed = preparsePolicySet(POLICY_SET, { staticPolicies: POLICIES });
  if (parsed.type !== 'success') throw new Error(`cedar must accept the policies: ${JSON.stringify(parsed.errors)}`);
  const uid = (type: string, id: string | number) => ({ type, id: String(id) });
  const ref = (type: string, id: string | number) => ({ __entity: uid(type, id) });
  /** The children of a namespace that a uid owns, and all their descendants. */
  const owned = (parent: number, owner: number): string => `${parent} of ${owner}`;
  const usernsEntity = (id: number) => {
    const { parent, owner } = world.userns[id] as UsernsSpec;
    const parents = id === 0 ? [] : [uid('Userns', parent), uid('Owned', owned(parent, owner))];
    return { uid: uid('Userns', id), attrs: {}, parents };
  };
  const cmd = world.profile.vocabulary.require('cmds', 'prog_load');
  return {
    name: '@cedar-policy/cedar-wasm',
    version: find.version('@cedar-policy/cedar-wasm'),
    how: 'two policies, parsed once; namespaces and their owners as its entity hierarchy; the entities of a question in each call',
    cannot: 'an order of checks: it permits or denies, without the reason or the disposition of the token',
    prepare({ task: taskId, token: tokenId, type, attachType }) {
      const task = world.tasks[taskId] as TaskSpec;
      const token = world.tokens[tokenId] as TokenSpec;
      const chain = new Set([...chainOf(world, token.userns), ...chainOf(world, task.userns)]);
      const call = {
        principal: uid('Task', taskId),
        action: uid('Action', 'prog_load'),
        resource: uid('Token', tokenId),
        context: { cmd, type, attachType, needs: needsOf(world, type) },
        preparsedPolicySetId: POLICY_SET,
        entities: [
          {
            uid: uid('Task', taskId),
            attrs: {
              userns: ref('Userns', task.userns),
              owned: ref('Owned', owned(task.userns, task.euid)),
              caps: capsOf(task),
            },
            parents: [],
          },
          {
            uid: uid('Token', tokenId),
            attrs: {
              userns: ref('Userns', token.userns),
              cmds: bitsOf(token.allowed.cmds),
              progs: bitsOf(token.allowed.progs),
              attachs: bitsOf(token.allowed.attachs),
            },
            parents: [],
          },
          ...[...chain].map(usernsEntity),
        ],
      };
      return () => {
        const { response, errors } = statefulIsAuthorized(call);
        if (!response) throw new Error(`cedar must answer: ${JSON.stringify(errors)}`);
        return response.decision === 'allow';
      };
    },
  };
};
