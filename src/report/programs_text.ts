import { grouped } from '../grouped.js';
import { capName } from '../kernel/capability.js';
import type { Profile } from '../kernel/profile.js';
import type { LoadablePrograms } from '../kernel/verifier/loadable_programs.js';
import type { AskedCapability, HelperPermission } from '../kernel/verifier/program_permissions.js';
import type { HelperRefusal } from '../kernel/verifier/withheld.js';
import { printable } from '../text/printable.js';
import { count } from './format.js';
import type { Style } from './style.js';
import { wrapNames } from './wrap_names.js';

/** Why helpers are withheld, in words; of a missing capability, which. */
const REFUSALS: Readonly<Record<Exclude<HelperRefusal, 'capability' | 'not_of_this_type'>, string>> = {
  needs_gpl: 'for programs under the GPL alone',
  might_sleep: 'for programs that sleep alone',
  target_disallows: 'not at this target',
};
const MAX_ATTACH_TYPES = 4;

/** What the programs of a task may do once they are loaded, for people: liberties, then helpers by program type. */
export function programsText(profile: Profile, programs: readonly LoadablePrograms[], style: Style): string {
  if (programs.length === 0) return `${style.strong('Programs, once they are loaded')}\n  none can be loaded\n`;
  const releases = [...new Set(programs.map(({ permissions }) => permissions.release))].join(', ');
  const lines = [
    `${style.strong('Programs, once they are loaded')} (as recorded of linux-${releases})`,
    ...libertyLines(profile, programs, style),
    ...programs.flatMap((one) => helperLines(profile, one, style)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Liberties are the same for programs that keep the token, and for those that do not. */
function libertyLines(profile: Profile, programs: readonly LoadablePrograms[], style: Style): string[] {
  const sets = grouped(programs, ({ permissions }) => permissions.liberties.map(({ granted }) => granted).join());
  return [...sets.values()].flatMap((own) => {
    const { liberties } = (own[0] as LoadablePrograms).permissions;
    const types = [...new Set(own.map(({ progType }) => profile.vocabulary.nameOf('prog_types', progType)))];
    const granted = liberties.filter((one) => one.granted).map(({ name }) => name);
    const withheld = grouped(
      liberties.filter((one) => !one.granted),
      ({ asked }) => missingText(asked),
    );
    return [
      `  liberties${sets.size > 1 ? ` of ${types.join(', ')}` : ''}`,
      ...indented(style.good('granted'), granted),
      ...[...withheld].flatMap(([why, those]) =>
        indented(
          `${style.bad('not granted')}, ${why}`,
          those.map(({ name }) => name),
        ),
      ),
    ];
  });
}

function helperLines(
  { vocabulary }: Profile,
  { progType, attachTypes, permissions }: LoadablePrograms,
  style: Style,
): string[] {
  const names = attachTypes.slice(0, MAX_ATTACH_TYPES).map((type) => vocabulary.nameOf('attach_types', type));
  const rest = attachTypes.length - names.length;
  const where = [...names, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  const target = permissions.target === undefined ? '' : `, at ${printable(permissions.target)}`;
  const ofType = permissions.helpers.filter(({ refusal }) => refusal !== 'not_of_this_type');
  const offered = ofType.filter(({ refusal }) => refusal === undefined);
  const withheld = grouped(
    ofType.filter(({ refusal }) => refusal !== undefined),
    whyText,
  );
  return [
    `  ${style.strong(vocabulary.nameOf('prog_types', progType))} (attach type ${where}${target}): ${count(offered.length)} of ${count(ofType.length)} helpers`,
    ...[...withheld].flatMap(([why, those]) =>
      indented(
        `${style.bad('withheld')}, ${why}`,
        those.map(({ helper }) => helper.name),
      ),
    ),
  ];
}

function whyText({ refusal, asked }: HelperPermission): string {
  return refusal === 'capability' ? missingText(asked) : REFUSALS[refusal as keyof typeof REFUSALS];
}

/** The last capability that was asked is the one that is missing. */
function missingText(asked: readonly AskedCapability[]): string {
  const last = asked.at(-1);
  if (!last) return '';
  const where = `in user namespace ${printable(last.userns)}`;
  return last.answer === 'lsm_refused'
    ? `an LSM refuses ${capName(last.cap)} ${where}`
    : `${capName(last.cap)} is missing ${where}`;
}

function indented(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`    ${title} (${names.length})`, ...wrapNames(names.join(', ')).map((line) => `      ${line}`)];
}
