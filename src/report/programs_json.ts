import { capName } from '../kernel/capability.js';
import type { Profile } from '../kernel/profile.js';
import type { LoadablePrograms } from '../kernel/verifier/loadable_programs.js';
import type { AskedCapability } from '../kernel/verifier/program_permissions.js';
import type { ProgramJson } from './schemas/matrix.js';

/** What programs may do once they are loaded, as JSON. */
export function programsJson({ vocabulary }: Profile, programs: readonly LoadablePrograms[]): ProgramJson[] {
  return programs.map(({ progType, attachTypes, keepsToken, permissions }) => ({
    prog_type: vocabulary.nameOf('prog_types', progType),
    expected_attach_types: attachTypes.map((type) => vocabulary.nameOf('attach_types', type)),
    keeps_token: keepsToken,
    release: permissions.release,
    target: permissions.target ?? null,
    helpers: permissions.helpers.flatMap(({ helper: { id, name }, refusal = null, asked }) =>
      refusal === 'not_of_this_type'
        ? []
        : [{ id, name, offered: refusal === null, refusal, asked: asked.map(askedJson) }],
    ),
    liberties: permissions.liberties.map(({ name, granted, rule, asked }) => ({
      name,
      granted,
      about: rule.about,
      source: rule.source,
      asked: asked.map(askedJson),
    })),
  }));
}

function askedJson({ cap, userns, answer }: AskedCapability): ProgramJson['liberties'][number]['asked'][number] {
  return { capability: capName(cap), userns, answer };
}
