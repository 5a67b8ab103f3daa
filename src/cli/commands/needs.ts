import type { Command } from 'commander';
import { NEWEST_LIBBPF } from '../../programs/libbpf/section_rule.js';
import { needsJson, type ReadFile } from '../../report/needs_json.js';
import { needsText } from '../../report/needs_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { programFileOf } from '../program_files.js';
import { fileName } from '../read_file.js';
import { styleFor } from '../terminal.js';

type NeedsOptions = OptionsOf<typeof OPTIONS.needs>;

/** `bpftoken needs`: what BPF objects hold, and those that executables carry. */
export function needsCommand(program: Command): void {
  defineCommand(program, 'needs').action((paths: readonly string[], { libbpf = NEWEST_LIBBPF, json }: NeedsOptions) => {
    const files = paths.map((path): ReadFile => ({ file: fileName(path), ...programFileOf(path) }));
    if (json) writeJson(process.stdout, needsJson(files, libbpf));
    else writeText(process.stdout, needsText(files, libbpf, styleFor(process.stdout)));
    const isMissing = files.some(
      ({ objects, lightSkeletons, errors }) => objects.length + lightSkeletons.length === 0 || errors.length > 0,
    );
    process.exitCode = isMissing ? EXIT.BAD_INPUT : EXIT.OK;
  });
}
