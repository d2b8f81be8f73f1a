// The table of the rows. Whatever came from outside becomes a text node and nothing else.
(() => {
  'use strict';
  const { heading, rows, used } = pageRows;
  const mostColumns = 8;
  const mostChoices = 200;
  const mostShown = 200;
  const longestId = 34;
  const mostSamples = 300;
  const rowsAtOnce = 1000;
  // Of the number of a row, while nobody knows how many will come.
  const mostDigits = 6;
  // On a telephone, and then only what fits is shown: a click on a row has all of it.
  const isNarrow = document.getElementById('rows').clientWidth < 700;
  const note = document.getElementById('rows-note');
  const count = document.getElementById('rows-count');
  const filters = document.getElementById('filters');
  const number = new Intl.NumberFormat('en');

  const text = value => value === null || value === undefined ? '' : String(value);
  // No cell shows more of a text, and laying out all of it takes its time at each scroll.
  const element = (name, words, type) => {
    const made = document.createElement(name);
    made.textContent = words;
    made.className = type ?? '';
    return made;
  };
  const node = cell => element('div', text(cell.getValue()).slice(0, mostShown));
  // Ids begin alike, and those of variants end alike, too.
  const middle = cell => {
    const id = text(cell.getValue());
    return element('div', id.length > longestId ? `${id.slice(0, longestId / 2)}…${id.slice(1 - longestId / 2)}` : id);
  };
  const dollars = value => value === null ? '' : `$${value.toFixed(6)}`;
  const button = words => {
    const made = element('button', words);
    made.type = 'button';
    return made;
  };
  const numbered = cell => {
    const made = button(text(cell.getValue()));
    made.dataset.row = cell.getValue();
    return made;
  };
  const collator = new Intl.Collator('en', { sensitivity: 'base' });
  const compare = (a, b) => {
    const [none, other] = [a === null || a === undefined, b === null || b === undefined];
    return none || other ? other - none
      : typeof a === 'number' && typeof b === 'number' ? a - b
        : collator.compare(a, b);
  };
  // Some rows tell how long nearly all texts of a column are; all would take long.
  let sample = [];
  function takeSample() {
    const step = Math.ceil(rows.length / mostSamples);
    sample = rows.filter((_, i) => i % step === 0);
  }

  function lengthOf(field) {
    const lengths = sample.map(row => text(row[field]).length).sort((a, b) => a - b);
    return lengths[Math.floor((lengths.length - 1) * 0.95)] ?? 0;
  }

  // As wide as they need, on two lines where that is much.
  function column(field, title, most, rest) {
    const length = lengthOf(field);
    const least = Math.min(title.length * 9 + 50, 170);
    const room = Math.max(least, Math.min(most, length > 24 ? Math.max(150, length * 4 + 24) : length * 7.6 + 20));
    const width = isNarrow ? { minWidth: Math.min(room, 104), widthGrow: 1 } : { width: Math.round(room) };
    return { field, title, sorter: compare, formatter: node, titleFormatter: () => button(title), minWidth: 60, ...width, ...rest };
  }
  // What remains of the width is shared by texts.
  const wide = (field, title, widthGrow, rest) => column(field, title, 900, {
    width: undefined, minWidth: isNarrow ? 120 : 240, widthGrow, ...rest,
  });

  // Where there is no room for all, the last to go are those that say most.
  function columns(digits, sorted = []) {
    const labels = used.expected || used.actual;
    // An answer that is a label, and not much more, says nothing that its label does not.
    const repeats = used.actual && sample.every(row => row.actual === null || (row.text?.length < 80 && row.text.toLowerCase().includes(row.actual.toLowerCase())));
    const answer = responsive => wide('text', 'Answer', repeats ? 1 : 3, { responsive });
    const outcome = column('outcome', 'Outcome', 150, { responsive: labels ? 5 : 1 });
    // The column that says what is right stands there already.
    const fields = heading.columns.map((name, i) => [`c${i}`, name])
      .filter(([field]) => sorted.includes(field) || !used.expected || sample.some(row => text(row[field]) !== text(row.expected)))
      .filter(([field], i) => i < mostColumns || sorted.includes(field));
    const source = isLong => fields.filter(([field]) => lengthOf(field) > 24 === isLong);
    const mark = cell => element('span', cell.getValue() === 'right' ? '✓' : cell.getValue() ? '✗' : '', cell.getValue());
    return [
      column('number', '#', 90, { minWidth: 40, width: Math.max(isNarrow ? 44 : 62, digits * 8 + 30), hozAlign: 'right', formatter: numbered, responsive: 0 }),
      ...used.expected ? [column('right', 'Right', 90, { width: isNarrow ? 58 : 95, minWidth: 50, hozAlign: 'center', formatter: mark, responsive: 0 })] : [],
      ...heading.jobs.length > 1 ? [column('job', 'Job', 170, { responsive: 4 })] : [],
      ...heading.variants.length ? [column('variant', 'Variant', 150, { responsive: 4 })] : [],
      column('id', 'Id', 170, { formatter: middle, responsive: 6 }),
      ...labels ? [] : [outcome, answer(2)],
      ...used.expected ? [column('expected', 'Expected', 190, { responsive: 1 })] : [],
      ...used.actual ? [column('actual', 'Label', 190, { responsive: 1 })] : [],
      ...source(true).map(c => wide(...c, 2, { responsive: 3 })),
      ...labels ? [outcome] : [],
      ...used.reason ? [wide('reason', 'Reason', 1, { responsive: 5 })] : [],
      ...labels ? [answer(repeats ? 8 : 2)] : [],
      ...source(false).map(c => column(...c, 170, { responsive: 7 })),
      ...heading.models.length > 1 ? [column('model', 'Model', 170, { responsive: 9 })] : [],
      column('attempt', 'Attempt', 110, { hozAlign: 'right', responsive: 9 }),
      column('cost', 'Cost', 110, { hozAlign: 'right', formatter: cell => element('div', dollars(cell.getValue())), responsive: 9 }),
    ];
  }

  function choice(field, name) {
    const counts = new Map();
    for (const row of rows) {
      const value = text(row[field]);
      counts.set(value, (counts.get(value) ?? 0) + 1);
      if (counts.size > mostChoices) {
        return;
      }
    }
    if (counts.size < 2) {
      return;
    }
    const select = document.createElement('select');
    select.id = `filter-${field}`;
    select.append(new Option('all', '*'));
    for (const [value, times] of [...counts].sort((a, b) => collator.compare(a[0], b[0]))) {
      select.append(new Option(`${value || 'none'} (${number.format(times)})`, `=${value}`));
    }
    labeled(name, select);
    select.addEventListener('change', filter);
    return { field, select };
  }

  function labeled(name, control) {
    const label = document.createElement('label');
    label.append(name, control);
    filters.append(label);
  }

  function isFound(pattern, row) {
    const isText = value => typeof value === 'string' && pattern.test(value);
    return row.list.some(isText) || isText(row.job) || isText(row.model) || isText(row.variant) || isText(row.right)
      || row.calls?.slice(2).some(call => call.some(isText))
      || heading.columns.some((_, i) => ['number', 'boolean'].includes(typeof row.column(i)) && pattern.test(String(row.column(i))));
  }

  let table;
  let isBuilt = false;
  let search;
  let choices = [];
  function filter() {
    if (!isBuilt) {
      return; // and done when it is
    }
    const wanted = choices.filter(c => c.select.value !== '*').map(c => [c.field, c.select.value.slice(1)]);
    const words = search.value.trim();
    if (!words && !wanted.length) {
      table.clearFilter();
      return;
    }
    const pattern = words ? new RegExp(words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i') : null;
    table.setFilter(row => wanted.every(([field, value]) => text(row[field]) === value)
      && (!pattern || isFound(pattern, row)));
  }

  const dialog = document.createElement('dialog');
  const list = document.createElement('dl');
  const close = button('Close');
  close.addEventListener('click', () => dialog.close());
  close.autofocus = true;
  dialog.append(list, close);
  document.body.append(dialog);

  // Rounds, the number of calls, and the calls that are in the page: round, tool, input, output, whether it failed.
  function callsOf([rounds, total, ...calls]) {
    const lines = calls.map(([round, tool, input, output, failed], i) => [
      `Call ${i + 1}, round ${round}: ${tool}`,
      `${input}\n${output === null ? '(nobody has answered it)' : `${failed ? '(failed) ' : ''}${output}`}`,
    ]);
    return [['Rounds', rounds], ...lines, ...total > calls.length ? [['More calls', number.format(total - calls.length)]] : []];
  }

  function show(row) {
    const lines = [['Id', row.id], ['Job', row.job], ['Variant', row.variant], ['Outcome', row.outcome], ['Reason', row.reason], ['Expected', row.expected], ['Label', row.actual],
      ['Right', row.right], ['Answer', row.text], ...row.calls ? callsOf(row.calls) : [], ...heading.columns.map((name, i) => [name, row[`c${i}`]]),
      ['Model', row.model], ['Attempt', row.attempt], ['Cost', dollars(row.cost)]];
    list.replaceChildren();
    for (const [name, value] of lines.filter(([, v]) => text(v) !== '')) {
      const words = element('dd', value);
      words.dir = 'auto';
      list.append(element('dt', name), words);
    }
    dialog.showModal();
    list.scrollTop = 0;
  }

  async function make(shown, data, rowHeight, tell) {
    isBuilt = false;
    table = new Tabulator('#rows-table', {
      data, index: 'number', columns: shown, layout: 'fitColumns', responsiveLayout: isNarrow && 'hide', rowHeight,
      height: Math.min(Math.max(innerHeight * 0.75, 360), 90 + data.length * rowHeight), placeholder: 'No rows.', headerSortClickElement: 'header',
      columnDefaults: { tooltip: false }, renderVerticalBuffer: 320,
    });
    table.on('dataFiltered', (_, found) => tell(found.length));
    table.on('rowClick', (_, row) => show(row.getData()));
    await new Promise(go => table.on('tableBuilt', go));
    isBuilt = true;
    tell(data.length);
  }

  // Gives the table all rows, and leaves what was done in it meanwhile as it was.
  async function renew(made, rowHeight, tell) {
    const focused = document.activeElement?.closest('.tabulator-row');
    const index = focused && table.getRow(focused).getIndex();
    const sorted = table.getSorters().map(({ field, dir }) => ({ column: field, dir }));
    const better = columns(mostDigits, sorted.map(s => s.column));
    if (better.every((column, at) => column.field === made[at]?.field)) {
      await table.replaceData(rows);
    } else {
      // A failure or a column came late. A new table has room for it, where an old one would only grow.
      const top = holder().scrollTop;
      table.destroy();
      await make(better, rows, rowHeight, tell);
      if (sorted.length) {
        table.setSort(sorted);
      }
      filter();
      holder().scrollTop = top;
    }
    const again = index && document.querySelector(`.tabulator-row button[data-row="${index}"]`);
    again?.focus({ preventScroll: true });
  }

  const holder = () => document.querySelector('#rows-table .tabulator-tableholder');

  const tellRead = many => {
    note.textContent = `Reading the rows: ${number.format(many)}`;
  };

  // The first rows are a table at once; it takes all others together, as each time costs it much.
  async function begin() {
    let isMore = await pageRows.read(rowsAtOnce, tellRead);
    takeSample();
    search = document.createElement('input');
    search.type = 'search';
    search.id = 'search';
    labeled('Search', search);
    let wait;
    search.addEventListener('input', () => {
      clearTimeout(wait);
      wait = setTimeout(filter, 150);
    });
    const lines = isNarrow && lengthOf('actual') > 26 ? 3 : 2;
    const rowHeight = 10 + lines * 18;
    document.getElementById('rows-table').style.setProperty('--lines', lines);
    const made = columns(isMore ? mostDigits : String(rows.length).length);
    let inTable = rows.length;
    const tell = shown => {
      const all = `${number.format(inTable)} rows${isMore ? ' so far' : ''}`;
      count.textContent = shown === inTable ? all : `${number.format(shown)} of ${all}`;
    };
    await make(made, rows.slice(), rowHeight, tell);
    filters.hidden = false;
    performance.mark('first rows');
    if (isMore) {
      await pageRows.read(Infinity, tellRead);
      isMore = false;
      inTable = rows.length;
      takeSample();
      await renew(made, rowHeight, tell);
    }
    choices = [['job', 'Job'], ['variant', 'Variant'], ['outcome', 'Outcome'], ['expected', 'Expected'], ['actual', 'Label'], ['right', 'Right'], ['model', 'Model']]
      .map(([field, name]) => choice(field, name)).filter(c => c);
    note.textContent = 'This page is not whole: its end is missing, and rows with it. Export it, or copy it, once more.';
    note.hidden = pageRows.areWhole;
    tell(table.getDataCount('active'));
    performance.mark('all rows');
    document.documentElement.dataset.ready = 'rows';
  }

  begin();
})();
