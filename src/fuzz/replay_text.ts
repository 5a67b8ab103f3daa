import { Model } from '../kernel/model.js';
import type { Request } from '../kernel/world.js';
import { callWords, taskWords, tokenWords } from '../report/request_words.js';
import { answersJson, answersLines, answerWords } from './answer_words.js';
import { describeSetup } from './engine_setup.js';
import { formatCaseId } from './identity.js';
import type { Replay } from './replay.js';
import { type ScenarioText, scenarioText } from './scenario_text.js';
import type { Finding } from './tally.js';

/**
 * A replayed case as a scenario file: what each side says in comments, then the world, shrunk where the sides disagree.
 * `finding` is what a campaign noted of it.
 */
export function replayText(replayed: Replay, finding?: Finding): string {
  const { id, case: drawn, shrunk, needsHistory } = replayed;
  const { world } = drawn;
  const request = requestOf(drawn);
  const answers = finding?.answers ?? replayed.disagreement;
  const name = formatCaseId(id);
  const lines = [
    `case ${name}, ${world.profile.name}: the model and the hot path ${answers ? 'disagree' : 'agree'}`,
    ...(answers ? answersLines(answers) : [`both        ${answerWords(new Model(world).ask(request))}`]),
    `asked: ${callWords(world, request)}, by ${taskWords(world, request.task)}, with ${tokenWords(world, request)}`,
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
export function replayJson(replayed: Replay, finding?: Finding): object {
  const { id, case: drawn, shrunk, needsHistory, disagreement } = replayed;
  const answers = finding?.answers ?? disagreement;
  const { text, caveats } = scenarioOf(replayed);
  return {
    case: formatCaseId(id),
    profile: drawn.world.profile.name,
    agree: answers === undefined,
    answers: answers ? answersJson(answers) : answersJson(agreed(new Model(drawn.world).ask(requestOf(drawn)))),
    ...(finding ? { cases: finding.cases } : {}),
    ...(answers ? { repeatable: disagreement !== undefined, needs_history: needsHistory } : {}),
    ...(shrunk ? { shrunk: answersJson(shrunk.answers) } : {}),
    scenario: text,
    caveats: [...batchNote(replayed), ...caveats],
  };
}

const agreed = (byte: number) => ({ model: byte, checkRequest: byte, checkBatch: byte });

function requestOf({ requests, index }: Replay['case']): Request {
  return requests[index] as Request;
}

function scenarioOf({ case: drawn, shrunk }: Replay): ScenarioText {
  return shrunk ? scenarioText(shrunk.world, shrunk.requests) : scenarioText(drawn.world, [requestOf(drawn)]);
}

/** What it takes beside the scenario: other requests of the batch, and a setup that is not plain. */
function batchNote({ case: drawn, shrunk }: Replay): string[] {
  const { requests, index, setup } = shrunk ?? { ...drawn, requests: [], index: 0 };
  return [
    ...(requests.length > 1
      ? [`it takes a batch of these ${requests.length} requests; they disagree on number ${index + 1}`]
      : []),
    ...describeSetup(setup).map((words) => `setup: ${words}`),
  ];
}
