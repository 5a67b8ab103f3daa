import { parseArgs } from 'node:util';
import { UsageError } from './errors.mjs';

export const USAGE = `usage: npm run record -- --kernel 6.12 [--seed N] [--cases N] [--out FILE] [--kvm]
       npm run record -- --kernel 6.12 --families helpers,liberties [--mitigations off] [--out FILE] [--kvm]
       npm run record -- --kernel 7.3 --families selinux [--seed N] [--cases N] [--out FILE] [--kvm]

  --kernel R          the release to record, such as 6.12
  --seed N            seed of the cases (default 1)
  --cases N           cases in all (default 40000)
  --families LIST     helpers, liberties or both, or selinux, instead of cases
  --mitigations off   boot with mitigations=off: some liberties depend on it
  --out FILE          where the recording goes (default recordings/linux-R.ndjson.gz, of families programs-linux-R.ndjson.gz,
                      of selinux selinux-linux-R.ndjson.gz)
  --kvm               run the guest with KVM instead of emulation
  --help              this text`;

const PROGRAM_FAMILIES = ['helpers', 'liberties'];

/** The options of the command line. Throws a UsageError. */
export function parseOptions(args) {
  const { kernel: release, ...values } = parse(args);
  if (values.help) return { ...values, release };
  if (release === undefined) throw new UsageError(`--kernel is required\n${USAGE}`);
  if (!/^\d+\.\d+$/.test(release)) {
    throw new UsageError(`--kernel must be a release such as 6.12, got '${release}'\n${USAGE}`);
  }
  for (const name of ['seed', 'cases']) {
    if (!/^\d+$/.test(values[name])) {
      throw new UsageError(`--${name} must be a non-negative integer, got '${values[name]}'\n${USAGE}`);
    }
  }
  const { families, mitigations } = values;
  if (families !== 'selinux' && families?.split(',').some((family) => !PROGRAM_FAMILIES.includes(family))) {
    throw new UsageError(
      `--families must be some of ${PROGRAM_FAMILIES.join(', ')}, or selinux, got '${families}'\n${USAGE}`,
    );
  }
  if (mitigations !== undefined && (mitigations !== 'off' || !families || families === 'selinux')) {
    throw new UsageError(`--mitigations must be off, and with --families of programs\n${USAGE}`);
  }
  return { ...values, release };
}

function parse(args) {
  const options = {
    kernel: { type: 'string' },
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '40000' },
    families: { type: 'string' },
    mitigations: { type: 'string' },
    out: { type: 'string' },
    kvm: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(`${error.message}\n${USAGE}`);
  }
}
