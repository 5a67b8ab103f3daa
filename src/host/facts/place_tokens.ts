import { areEmpty, masksKey } from '../../kernel/masks.js';
import { INITIAL_USERNS } from './host_facts.js';
import type { ScenarioBpffs } from './place_bpffs.js';
import type { HeldToken } from './token_groups.js';
import { UniqueNames } from './unique_names.js';
import type { UsernsTree } from './userns_tree.js';

/** A token of a scenario. */
export interface ScenarioToken {
  readonly name: string;
  /** Name of its bpffs. */
  readonly bpffs: string;
  readonly comment: string;
}

/** The tokens of a scenario, the bpffs instances that only they show, and what becomes of tokens that no scenario can make. */
export interface ScenarioTokens {
  readonly tokens: readonly ScenarioToken[];
  readonly bpffs: readonly ScenarioBpffs[];
  readonly leftOut: readonly string[];
}

/** Tokens of one bpffs with the same masks. */
interface TokenKind {
  readonly userns: number;
  readonly bpffs: ScenarioBpffs;
  readonly alike: HeldToken[];
}

/**
 * One token for all of a bpffs that have the same masks. Its bpffs is the instance that the token is made from, by its device; or where
 * that is not seen, one of the holder's user namespace with the same masks; or else one that is made for it.
 */
export function placeTokens(
  held: readonly HeldToken[],
  bpffs: readonly ScenarioBpffs[],
  tree: UsernsTree,
  nameOf: (ino: number) => string,
): ScenarioTokens {
  const kinds = new Map<string, TokenKind>();
  const made: ScenarioBpffs[] = [];
  const leftOut: string[] = [];
  const names = new UniqueNames(bpffs.map(({ name }) => name));
  for (const token of held) {
    const of = bpffs.find(({ devices }) => token.device !== null && devices.includes(token.device));
    const userns = of?.userns ?? token.holders.map(tree.of).find((ino) => ino !== undefined && ino !== INITIAL_USERNS);
    const key = masksKey(token.masks);
    const why = areEmpty(token.masks)
      ? 'it allows nothing'
      : userns === undefined || userns === INITIAL_USERNS
        ? 'its user namespace is not known, and none is made in the initial one'
        : undefined;
    if (why !== undefined || userns === undefined) {
      leftOut.push(`a token of ${holdersText([token])}: ${why}`);
      continue;
    }
    const fits = (one: ScenarioBpffs) => one.userns === userns && masksKey(one.masks) === key;
    const found = of && fits(of) ? of : (bpffs.find((one) => !of && fits(one)) ?? made.find(fits));
    const home = found ?? ofToken(token, userns, names.take(`of-token-${made.length + 1}`));
    if (!found) made.push(home);
    const before = kinds.get(home.name);
    if (before) before.alike.push(token);
    else kinds.set(home.name, { userns, bpffs: home, alike: [token] });
  }
  const tokenNames = new UniqueNames();
  const tokens = [...kinds.values()].map(({ userns, bpffs: { name }, alike }): ScenarioToken => {
    const comm = alike[0]?.holders[0]?.comm ?? '';
    return {
      name: tokenNames.take(`${nameOf(userns)}/${comm}-token`),
      bpffs: name,
      comment: `held by ${holdersText(alike)}`,
    };
  });
  return { tokens, bpffs: made, leftOut };
}

function ofToken({ masks, device }: HeldToken, userns: number, name: string): ScenarioBpffs {
  const seen =
    device === null
      ? 'no mount that is seen has its masks'
      : `no mount that is seen shows device ${device} with its masks`;
  return {
    name,
    userns,
    masks,
    uid: undefined,
    gid: undefined,
    mode: undefined,
    devices: [],
    comment: `made up for a token, whose masks it has: ${seen}`,
  };
}

/** `nginx 31, 4 descriptors`: the first holder, and how many descriptors there are. */
function holdersText(tokens: readonly HeldToken[]): string {
  const descriptors = tokens.reduce((all, { holders }) => all + holders.length, 0);
  const first = tokens[0]?.holders[0];
  return `${first?.comm} ${first?.pid}${descriptors === 1 ? '' : `, by ${descriptors} descriptors in all`}`;
}
