const LINE_WIDTH = 110;

/** Lines of names, broken after a comma; all but the first indented. */
export function wrapNames(names: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of names.split(/(?<=,) /)) {
    if (line !== '' && line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = ' ';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
