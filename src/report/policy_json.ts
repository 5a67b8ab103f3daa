import { decodeVerdict, dispositionName, outcomeName } from '../kernel/verdict.js';
import type { AllowedRequests } from '../policy/allowed_requests.js';
import type { ClaimResult } from '../policy/claims.js';
import type { IntendedChange } from '../policy/intended_change.js';
import type { PolicyDiff } from '../policy/policy_diff.js';
import type { PolicyRequest, RequestGroup } from '../policy/request_group.js';
import type { PolicyQuestion } from './policy_text.js';
import { witnessCommand } from './policy_witness.js';
import { callJson } from './request_json.js';
import type { AllowedJson, ClaimJson, DiffJson, PolicyGroupJson, PolicyRequestJson } from './schemas/policy.js';

/** Classes that a group has in JSON, and names of tasks that each has. */
const MAX_CLASSES = 1000;
const MAX_TASKS = 100;

/** Which requests are allowed, as JSON. */
export function allowedJson(
  command: 'who-can' | 'what-can',
  question: PolicyQuestion,
  { asked, allowed, groups, refused }: AllowedRequests,
): AllowedJson {
  return {
    schema: `bpf-token-sim/${command}/1`,
    ...subjectOf(question),
    asked,
    allowed,
    groups: groups.map((group) => groupJson(question, group, 0)),
    refused: refused.map(({ verdict, requests, first }) => {
      const { errno, outcome, disposition } = decodeVerdict(verdict);
      return {
        errno,
        reason: outcomeName(outcome),
        token: dispositionName(disposition),
        requests,
        first: witnessJson(question, first, 0),
      };
    }),
  };
}

/** What a change changes, as JSON. */
export function diffJson(question: PolicyQuestion, diff: PolicyDiff, intended?: IntendedChange): DiffJson {
  return {
    schema: 'bpf-token-sim/diff/1',
    ...subjectOf(question),
    ...changesJson(question, diff),
    intended: intended
      ? { before: intended.before.against, ...changesJson(question, intended.intended), holds: intended.holds }
      : null,
  };
}

/** Whether a claim holds, as JSON. */
export function claimJson(question: PolicyQuestion, { claim, asked, against, witness }: ClaimResult): ClaimJson {
  return {
    schema: `bpf-token-sim/${claim}/1`,
    ...subjectOf(question),
    holds: witness === undefined,
    asked,
    against,
    witness: witness ? witnessJson(question, witness, 0) : null,
  };
}

function subjectOf({ policy, pattern }: PolicyQuestion) {
  return { profiles: policy.aligned.worlds.map(({ profile }) => profile.name), pattern: pattern?.text ?? null };
}

function changesJson(question: PolicyQuestion, { asked, gained, lost }: PolicyDiff) {
  return {
    asked,
    gained: gained.map((group) => groupJson(question, group, 1)),
    lost: lost.map((group) => groupJson(question, group, 0)),
  };
}

function groupJson(question: PolicyQuestion, group: RequestGroup, side: number): PolicyGroupJson {
  const { policy } = question;
  const { tasks, tokens, bpffs } = policy.aligned;
  return {
    requests: group.requests,
    pairs: group.pairs,
    classes: group.classes.length,
    members: group.classes.slice(0, MAX_CLASSES).map((pairs) => ({
      tasks: pairs.tasks,
      task_names: policy.tasksOf(pairs, MAX_TASKS).map((task) => tasks[task]?.name ?? ''),
      tokens: pairs.kind === 'token' ? pairs.objects.map((object) => tokens[object]?.name ?? '') : null,
      bpffs: pairs.kind === 'bpffs' ? pairs.objects.map((object) => bpffs[object]?.name ?? '') : null,
    })),
    calls: group.cells.map((cell) => callJson(cell.vocabulary, cell)),
    first: witnessJson(question, group.first, side),
  };
}

/** One request, as JSON. */
export function witnessJson(
  { policy, files }: PolicyQuestion,
  request: PolicyRequest,
  side: number,
): PolicyRequestJson {
  const { task, kind, object, cell } = request;
  const { tasks, tokens, bpffs } = policy.aligned;
  return {
    task: tasks[task]?.name ?? '',
    token: kind === 'token' ? (tokens[object as number]?.name ?? null) : null,
    bpffs: kind === 'bpffs' ? (bpffs[object as number]?.name ?? null) : null,
    ...callJson(cell.vocabulary, cell),
    command: witnessCommand(policy, files, side, request),
  };
}
