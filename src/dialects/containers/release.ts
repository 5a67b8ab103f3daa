import type { Manager } from './manager.js';

/** A release of Incus or LXD: 6.0.4, and 6.18 as 6.18.0. */
export type ManagerRelease = readonly [major: number, minor: number, patch: number];

/** Reads `6.18` or `6.0.4`; undefined for any other text. */
export function parseManagerRelease(text: string): ManagerRelease | undefined {
  const match = /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?$/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/** The first releases with keys of a delegation: of the monthly releases, and of the long-term ones before. */
const FIRST_RELEASES: Readonly<Record<Manager['name'], { readonly monthly: string; readonly longTerm: string }>> = {
  Incus: { monthly: '6.18', longTerm: '6.0.6' },
  LXD: { monthly: '6.4', longTerm: '5.21.4' },
};

/** Why a release has no keys of a delegation, in words; undefined where it has them. */
export function lackOfKeys({ name }: Manager, release: ManagerRelease): string | undefined {
  const { monthly, longTerm } = FIRST_RELEASES[name];
  const [major, minor, patch] = parseManagerRelease(longTerm) as ManagerRelease;
  const isLongTerm = release[0] === major && release[1] === minor;
  const hasKeys = isLongTerm ? release[2] >= patch : isAtLeast(release, parseManagerRelease(monthly) as ManagerRelease);
  if (hasKeys) return undefined;
  const shown = release[2] === 0 ? release.slice(0, 2) : release;
  return `${name} ${shown.join('.')} does not have it: such keys came with ${monthly}, and with ${longTerm}`;
}

function isAtLeast(release: ManagerRelease, least: ManagerRelease): boolean {
  const differing = release.findIndex((part, i) => part !== least[i]);
  return differing === -1 || (release[differing] as number) > (least[differing] as number);
}
