// npm run bench:alternatives: policy engines on the nearest question that each can express, against the evaluator; writes the
// results to docs/performance.md.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createEvaluator } from '../../src/engine/evaluator.js';
import type { World } from '../../src/kernel/world.js';
import { type Candidate, candidate, interleave, type SamplingPlan, type Timing } from '../measure.js';
import { thisMachine } from '../report.js';
import { benchmarkWorld, SMALL } from '../world.js';
import type { Alternative, Finder } from './alternative.js';
import { casbin } from './casbin.js';
import { casl } from './casl.js';
import { cedar } from './cedar.js';
import { drawQuestions, expectedAnswers, type Question } from './question.js';

const FOLDER = 'bench/alternatives';
const DOCUMENT = 'docs/performance.md';
const BEGIN = '<!-- alternatives: written by npm run bench:alternatives -->';
const END = '<!-- end of alternatives -->';
const SEED = 1;
const QUESTIONS = 1024;
const SAMPLING: SamplingPlan = { rounds: 5, repetitions: 3 };
const OURS = 'bpf-token-sim';
const OURS_BATCH = 'bpf-token-sim, batch';
/** Results are added up and used, so that no call can be optimised away. */
let blackhole = 0;

/** Installs the policy engines of the lock file, once. */
function install(): void {
  if (existsSync(join(FOLDER, 'node_modules'))) return;
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: FOLDER, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci in ${FOLDER} ended with ${status}`);
}

function finder(): Finder {
  const require = createRequire(resolve(FOLDER, 'package.json'));
  const { dependencies } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'));
  return {
    load: async (name) => (await import(pathToFileURL(require.resolve(name)).href)) as never,
    version: (name) => dependencies[name],
  };
}

/** Throws an Error for the first question on which an engine and the evaluator differ. */
function requireAgreement(
  alternative: Alternative,
  questions: readonly Question[],
  expected: readonly boolean[],
): void {
  questions.forEach((question, i) => {
    if (alternative.prepare(question)() === expected[i]) return;
    throw new Error(
      `${alternative.name} says ${!expected[i]}, the evaluator ${expected[i]}: ${JSON.stringify(question)}`,
    );
  });
}

function candidates(world: World, questions: readonly Question[], alternatives: readonly Alternative[]): Candidate[] {
  const evaluator = createEvaluator(world);
  const progLoad = world.profile.vocabulary.require('cmds', 'prog_load');
  const columns = evaluator.createColumns(questions.length);
  const out = evaluator.createVerdicts(questions.length);
  questions.forEach(({ task, token, type, attachType }, row) => {
    columns.task[row] = task;
    columns.token[row] = token;
    columns.cmd[row] = progLoad;
    columns.type[row] = type;
    columns.attachType[row] = attachType;
  });
  return [
    candidate(OURS_BATCH, questions.length, () => evaluator.decideBatch(columns, out)),
    candidate(OURS, questions.length, () => {
      for (const { task, token, type, attachType } of questions) {
        blackhole += evaluator.decideIds(task, token, progLoad, type, attachType);
      }
    }),
    ...alternatives.map((alternative) => {
      const prepared = questions.map((question) => alternative.prepare(question));
      return candidate(alternative.name, prepared.length, () => {
        for (const evaluate of prepared) blackhole += evaluate() ? 1 : 0;
      });
    }),
  ];
}

function documentText(alternatives: readonly Alternative[], timings: readonly Timing[], allowed: number): string {
  const ours = timings.find(({ name }) => name === OURS) as Timing;
  const rows = timings.map((timing) => {
    const alternative = alternatives.find(({ name }) => name === timing.name);
    const version = alternative ? ` ${alternative.version}` : '';
    const { median, min, max } = timing.nanoseconds;
    const rate = perSecond(timing.checksPerSecond);
    const range = `${perSecond(1e9 / max)} to ${perSecond(1e9 / min)}`;
    const ratio = alternative ? significant(median / ours.nanoseconds.median) : '';
    return `| ${timing.name}${version} | ${rate} (${range}) | ${ratio} | ${alternative ? `${alternative.how} | ${alternative.cannot}` : ' | '} |`;
  });
  return [
    BEGIN,
    '',
    `May a task load a program of a type, with an attach type that fits it, with a token? ${QUESTIONS.toLocaleString('en')} questions of the small`,
    `world (seed ${SEED}, linux-6.12), ${((100 * allowed) / QUESTIONS).toFixed(0)}% allowed; all engines agree on all of them. Policies, tokens and other inputs are`,
    `prepared beforehand. ${thisMachine(null).cpu}, Node ${process.version}; checks per second, median (minimum to maximum of ${SAMPLING.rounds} rounds).`,
    '',
    '| | checks per second | times slower than decideIds() | expressed as | cannot express |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'None of them gives the reason, the disposition of the token or the errno; faults of a call, LSM denials and differences',
    'between kernels would each need further policies.',
    '',
    END,
  ].join('\n');
}

function perSecond(rate: number): string {
  return rate >= 1e6 ? `${significant(rate / 1e6)} M` : `${significant(rate / 1e3)} k`;
}

function significant(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en');
}

function writeDocument(text: string): void {
  const document = readFileSync(DOCUMENT, 'utf8');
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${DOCUMENT} must have the lines ${BEGIN} and ${END}`);
  writeFileSync(DOCUMENT, document.slice(0, begin) + text + document.slice(end + END.length));
}

install();
const world = benchmarkWorld('linux-6.12', SMALL, SEED);
const questions = drawQuestions(world, SEED, QUESTIONS);
const expected = expectedAnswers(world, questions);
const find = finder();
const alternatives = await Promise.all([casl, casbin, cedar].map((make) => make(world, find)));
for (const alternative of alternatives) requireAgreement(alternative, questions, expected);
const timings = interleave(candidates(world, questions, alternatives), SAMPLING);
if (!Number.isInteger(blackhole)) throw new Error('a check must return a number');
const text = documentText(alternatives, timings, expected.filter((allowed) => allowed).length);
console.log(text);
writeDocument(text);
