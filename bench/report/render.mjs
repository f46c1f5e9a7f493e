/** One line that stands above every report. */
export function headline({ date, commit, node, cores, model, memoryGiB, kernel, loadBefore }, runs) {
  return `${date.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}, Node ${node}, ${cores} cores of ${model}, ${memoryGiB} GiB, Linux ${kernel}, `
    + `load ${loadBefore} before; ${runs === 1 ? 'one run' : `medians of ${runs} runs (least–most)`}`;
}

export function asMarkdown({ title, columns, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [`**${title}**`, '', line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line), ''].join('\n');
}

export function asText({ title, columns, rows }) {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => String(row[index]).length)));
  const line = (cells) => cells.map((cell, index) => (index === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[index]))).join('  ').trimEnd();
  return [title, line(columns), ...rows.map(line), ''].join('\n');
}
