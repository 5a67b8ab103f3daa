import { ERRNO, type ErrnoName } from '../abi/errno.js';
import { applyRemedy, type Remedy } from '../explain/remedy.js';
import { MASK_NAMES } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { dispositionName, outcomeName } from '../kernel/verdict.js';
import type { ExplainedCall, LogExplanation } from '../programs/strace/log_explanation.js';
import type { LogBpffs, LogToken } from '../programs/strace/log_objects.js';
import { nameCall } from '../request/name_request.js';
import { remedyJson } from './remedy_json.js';
import type { ExplainStraceJson } from './schemas/explain_strace.js';
import type { RemedyJson } from './schemas/remedy.js';
import { logCounts, loggedCallReason, logMask } from './strace_words.js';

type CallJson = ExplainStraceJson['calls'][number];
type ObjectJson = ExplainStraceJson['tokens'][number];

/** A log, explained, as JSON. */
export function straceJson(explanation: LogExplanation): ExplainStraceJson {
  const { profile, account, calls, mountCalls, messages, assumptions, state } = explanation;
  return {
    schema: 'bpf-token-sim/explain-strace/1',
    profile: profile.name,
    log: {
      ...account,
      warnings: account.warnings.map(({ file, line, column, message, nearest }) => ({
        file,
        line,
        column,
        message,
        nearest: nearest ?? null,
      })),
    },
    counts: logCounts(explanation),
    bpffs: state.bpffs.map((bpffs) => objectJson(profile, bpffs)),
    tokens: state.tokens.map((token) => objectJson(profile, token)),
    calls: calls.map((call) => callJson(profile, call)),
    mount_calls: mountCalls.map(({ at, process, what, logged, errno, agreement, why, hint }) => ({
      ...at,
      process,
      what,
      logged_errno: logged,
      errno,
      agreement,
      why: why ?? null,
      hint: hint ?? null,
    })),
    messages: messages.map(({ at, text, meaning, consequence }) => ({ ...at, text, meaning, consequence })),
    assumptions: assumptions.map(({ about, basis, text }) => ({ about, basis, text })),
  };
}

function objectJson(profile: Profile, { name, line, userns, isShown, masks }: LogBpffs | LogToken): ObjectJson {
  const shown = MASK_NAMES.map((mask) => [mask, logMask(profile, mask, masks, isShown)]);
  return { name, line, userns: userns.name, shown: isShown, masks: Object.fromEntries(shown) };
}

function callJson(profile: Profile, answer: ExplainedCall): CallJson {
  const { at, process, call, result, tokenOfCall, token, agreement, errno, evaluation, descriptor, context } = answer;
  const outcome = descriptor?.outcome ?? evaluation?.verdict.outcome;
  const { cmd, ...types } = nameCall(profile.vocabulary, context?.request ?? call);
  return {
    ...at,
    process,
    call: { cmd, map_type: null, prog_type: null, expected_attach_type: null, ...types },
    logged: { value: result.value, errno: result.errno },
    token: tokenOfCall,
    token_name: token?.name ?? null,
    delegated_at: answer.delegatedAt ?? null,
    unread_token_fd: call.unreadTokenFd ?? null,
    agreement,
    errno: errno !== null && errno in ERRNO ? (errno as ErrnoName) : null,
    reason: outcome === undefined ? null : outcomeName(outcome),
    reason_text: loggedCallReason(profile, answer) ?? null,
    token_disposition: evaluation ? dispositionName(evaluation.verdict.disposition) : null,
    from_log_alone: answer.isShown,
    unproven: answer.unproven.map(({ mask, name }) => ({ mask, name })),
    step: answer.step?.what ?? null,
    consequence: answer.step?.consequence ?? 'none',
    consequence_text: answer.step?.why ?? null,
    hint: answer.hint ?? null,
    in_front: answer.inFront.map(({ what, evidence }) => ({ what, evidence })),
    ...remediesJson(answer),
  };
}

/** What makes a refused call pass, or why nothing does. */
function remediesJson({ advice, context }: ExplainedCall): Pick<CallJson, 'remedies' | 'why_none'> {
  if (!advice || !context) return { remedies: [], why_none: null };
  if (!advice.possible) return { remedies: [], why_none: advice.why };
  let current = context;
  const next = (remedy: Remedy): RemedyJson => {
    const json = remedyJson(current, remedy);
    current = applyRemedy(current, remedy);
    return json;
  };
  return { remedies: advice.changes.map(next), why_none: null };
}
