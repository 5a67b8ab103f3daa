import { areEmpty } from '../kernel/masks.js';
import type { TokenSpec, World } from '../kernel/world.js';

/** Whether BPF_TOKEN_CREATE of the world's kernel can create all its tokens, as a scenario file requires. */
export function isConstructible(world: World): boolean {
  return world.tokens.every((token) => isTokenConstructible(world, token));
}

function isTokenConstructible({ profile: { rules } }: World, token: TokenSpec): boolean {
  if (token.userns === 0 && !rules.token_create_in_init_userns) return false;
  return rules.token_create_without_delegation || !delegatesNothing(token);
}

/** Similar worlds whose tokens can be created. The caller checks whether the disagreement persists in them. */
export function constructibleVariants(world: World): World[] {
  const { rules } = world.profile;
  // The last bit of a mask has no meaning in any release.
  const tokens = world.tokens.map((token) =>
    rules.token_create_without_delegation || !delegatesNothing(token)
      ? token
      : { ...token, allowed: { ...token.allowed, attachs: 1n << 63n } },
  );
  const delegating: World = { ...world, tokens };
  if (isConstructible(delegating)) return [delegating];
  const child = world.userns.length;
  const userns = [...world.userns, { name: 'child', parent: 0, owner: 0 }];
  const moved = <Spec extends { readonly userns: number }>(specs: readonly Spec[]): Spec[] =>
    specs.map((spec) => (spec.userns === 0 ? { ...spec, userns: child } : spec));
  return [
    { ...delegating, userns, tokens: moved(tokens) },
    { ...delegating, userns, tokens: moved(tokens), tasks: moved(world.tasks) },
  ];
}

function delegatesNothing({ allowed }: TokenSpec): boolean {
  return areEmpty(allowed);
}
