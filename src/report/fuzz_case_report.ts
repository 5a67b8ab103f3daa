import { describeSetup } from '../differential/engine_setup.js';
import type { Finding } from '../fuzz/campaign_stats.js';
import { formatCaseId } from '../fuzz/case_id.js';
import type { CaseReplay } from '../fuzz/replay.js';
import { Model } from '../kernel/model.js';
import type { Request } from '../kernel/world.js';
import { type ScenarioText, scenarioText } from '../scenario/write_scenario.js';
import { answersJson, answersLines, formatAnswer } from './answer_text.js';
import { describeCall, describeTask, describeToken } from './request_text.js';
import type { FindingJson, FuzzCaseJson } from './schemas/fuzz_case.js';

/**
 * A replayed case as a scenario file: what each side says in comments, then the world, shrunk where the sides disagree.
 * `finding` is what a campaign noted of it.
 */
export function fuzzCaseText(replayed: CaseReplay, finding?: Finding): string {
  const { id, case: generated, shrunk, needsHistory } = replayed;
  const { world } = generated;
  const request = requestOf(generated);
  const answers = finding?.answers ?? replayed.disagreement;
  const name = formatCaseId(id);
  const lines = [
    `case ${name}, ${world.profile.name}: the model and the hot path ${answers ? 'disagree' : 'agree'}`,
    ...(answers ? answersLines(answers) : [`both        ${formatAnswer(new Model(world).ask(request))}`]),
    `asked: ${describeCall(world, request)}, by ${describeTask(world, request.task)}, with ${describeToken(world, request)}`,
  ];
  if (finding && finding.cases > 1) lines.push(`${finding.cases} cases were answered like this`);
  if (answers && !replayed.disagreement) lines.push('asked again, the sides agree: what they say is not repeatable');
  if (needsHistory) lines.push('it shows only in an instance that held other worlds before this one: not shrunk');
  if (shrunk) lines.push('shrunk to the scenario below, where they say', ...answersLines(shrunk.answers));
  if (finding) lines.push(`again: bpftoken fuzz --case ${name}`);
  const { text, caveats } = scenarioOf(replayed);
  return `${[...lines, ...batchNote(replayed), ...caveats].map((line) => `# ${line}\n`).join('')}${text}`;
}

/** A replayed case as JSON. */
export function fuzzCaseJson(replayed: CaseReplay): FuzzCaseJson {
  return { schema: 'bpf-token-sim/fuzz-case/1', ...findingJson(replayed) };
}

/** The same in the JSON of a campaign. `finding` is what the campaign noted of it. */
export function findingJson(replayed: CaseReplay, finding?: Finding): FindingJson {
  const { id, case: generated, shrunk, needsHistory, disagreement } = replayed;
  const answers = finding?.answers ?? disagreement;
  const { text, caveats } = scenarioOf(replayed);
  return {
    case: formatCaseId(id),
    profile: generated.world.profile.name,
    agree: answers === undefined,
    answers: answers ? answersJson(answers) : answersJson(agreed(new Model(generated.world).ask(requestOf(generated)))),
    cases: finding?.cases ?? null,
    repeatable: answers ? disagreement !== undefined : null,
    needs_history: answers ? needsHistory : null,
    shrunk: shrunk ? answersJson(shrunk.answers) : null,
    scenario: text,
    caveats: [...batchNote(replayed), ...caveats],
  };
}

const agreed = (byte: number) => ({ model: byte, decideRequest: byte, decideBatch: byte });

function requestOf({ requests, index }: CaseReplay['case']): Request {
  return requests[index] as Request;
}

function scenarioOf({ case: generated, shrunk }: CaseReplay): ScenarioText {
  return shrunk ? scenarioText(shrunk.world, shrunk.requests) : scenarioText(generated.world, [requestOf(generated)]);
}

/** What it takes beside the scenario: other requests of the batch, and a setup that is not plain. */
function batchNote({ case: generated, shrunk }: CaseReplay): string[] {
  const { requests, index, setup } = shrunk ?? { ...generated, requests: [], index: 0 };
  return [
    ...(requests.length > 1
      ? [`it takes a batch of these ${requests.length} requests; they disagree on number ${index + 1}`]
      : []),
    ...describeSetup(setup).map((words) => `setup: ${words}`),
  ];
}
