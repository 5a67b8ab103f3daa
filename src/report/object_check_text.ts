import { outsideToken } from '../programs/loaders/outside_token.js';
import { printable } from '../text/printable.js';
import { remediationText } from './explain_text.js';
import { describeLoaderCall } from './loader_call_text.js';
import { adviceFor, describeRefusal, type ModelledStep, type ObjectCheck } from './object_check.js';
import { describeTask } from './request_text.js';
import type { Style } from './style.js';

/** Whether an object loads: the end, each call, what would mend the first fatal refusal, and what no token covers. */
export function objectCheckText(check: ObjectCheck, style: Style): string {
  const sections = [headlineOf(check, style), callsOf(check, style), failureOf(check, style), outsideOf(check, style)];
  return `${sections.filter((text) => text !== undefined).join('\n\n')}\n`;
}

function headlineOf({ world, task, file, bpffs, load }: ObjectCheck, style: Style): string {
  const { failure, loader } = load;
  const name = printable(world.tasks[task]?.name ?? '');
  const end = failure ? style.bad(`FAILS${failure.errno ? ` with ${failure.errno}` : ''}`) : style.good('LOADS');
  const where = bpffs === undefined ? 'no bpffs of its own' : `bpffs ${printable(bpffs)} at /sys/fs/bpf`;
  return [
    `${end} on ${style.strong(world.profile.name)}: ${printable(file)} with ${style.strong(loader)}`,
    `  ${name} loads it: ${describeTask(world, task)}, ${where}`,
  ].join('\n');
}

function callsOf({ world, load }: ObjectCheck, style: Style): string {
  const lines = load.steps.map((step, i) => {
    const { errno } = step.answer;
    const mark = errno === null ? style.good('✓') : step.consequence === undefined ? '·' : style.bad('✗');
    const number = String(i + 1).padStart(3);
    const line = `${number} ${mark} ${describeLoaderCall(step.call)}${errno === null ? '' : `: ${errno}`}  ${style.dim(printable(step.purpose))}`;
    return step.consequence === undefined ? line : `${line}\n${refusalOf(world, step, style)}`;
  });
  return [style.strong('Calls'), ...lines].join('\n');
}

function refusalOf(world: ObjectCheck['world'], step: ModelledStep, style: Style): string {
  const { consequence, effect = '' } = step;
  const word = consequence === 'fatal' ? style.bad('fatal') : (consequence ?? '');
  const why = describeRefusal(world, step);
  return `        ${word}: ${printable(effect)}${why === undefined ? '' : style.dim(` (${printable(why)})`)}`;
}

function failureOf({ world, load }: ObjectCheck, style: Style): string | undefined {
  const { failure, steps } = load;
  if (!failure) return undefined;
  const { step, message, alternatives, causes } = failure;
  const number = (one: ModelledStep) => steps.indexOf(one) + 1;
  const why = step && describeRefusal(world, step);
  const lines = [
    style.strong(step ? `Call ${number(step)} ends the load` : 'The loader gives up of its own'),
    `  ${load.loader}: ${printable(message)}`,
    ...(why === undefined ? [] : [`  because ${printable(why)}`]),
    ...causes.map(
      (one) =>
        `  it comes of call ${number(one)}, ${printable(one.purpose)}: ${printable(describeRefusal(world, one) ?? '')}`,
    ),
  ];
  const advised = [...alternatives, ...(step ? [step] : []), ...causes].flatMap((one) => {
    const found = adviceFor(world, one);
    return found
      ? [`For call ${number(one)}, ${describeLoaderCall(one.call)}\n${remediationText(found, style, [])}`]
      : [];
  });
  const either = alternatives.length > 0 ? ['One of these is enough:'] : [];
  return [...lines, ...either, ...advised].join('\n');
}

function outsideOf({ object }: ObjectCheck, style: Style): string | undefined {
  const found = outsideToken(object);
  if (found.length === 0) return undefined;
  const lines = found.map(({ action, of, decidedBy }) => `  ${action} for ${printable(of)}: ${decidedBy}`);
  return [style.strong('Afterwards, and no token covers it'), ...lines].join('\n');
}
