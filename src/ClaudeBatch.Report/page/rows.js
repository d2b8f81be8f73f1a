// The table of the rows. Whatever came from outside becomes a text node and nothing else.
(() => {
  'use strict';
  const heading = JSON.parse(document.getElementById('heading').textContent);
  const own = ['job', 'outcome', 'id', 'attempt', 'model', 'cost', 'reason', 'expected', 'actual', 'text', 'calls'];
  const mostColumns = 8;
  const mostChoices = 200;
  const mostShown = 200;
  const blocks = [...document.querySelectorAll('script.rows')];
  const note = document.getElementById('rows-note');
  const count = document.getElementById('rows-count');
  const filters = document.getElementById('filters');
  const number = new Intl.NumberFormat('en');
  const rows = [];
  const used = { reason: false, expected: false, actual: false };

  // A block at a time, so that the page answers meanwhile.
  async function read() {
    for (const block of blocks) {
      const lists = JSON.parse(block.textContent);
      block.remove();
      for (const list of lists) {
        const row = { number: rows.length + 1 };
        row.job = heading.jobs[list[0]];
        row.outcome = list[1];
        row.id = list[2];
        row.attempt = list[3];
        row.model = list[4] < 0 ? null : heading.models[list[4]];
        for (let i = 5; i < own.length; i++) {
          row[own[i]] = list[i];
        }
        for (let i = own.length; i < list.length; i += 2) {
          row[`c${list[i]}`] = list[i + 1];
        }
        if (row.expected !== null) {
          row.right = row.expected === row.actual ? 'right' : 'wrong';
        }
        for (const name in used) {
          used[name] ||= row[name] !== null;
        }
        rows.push(row);
      }
      note.textContent = `Reading the rows: ${number.format(rows.length)}`;
      if (performance.now() - began > 50) {
        await new Promise(go => setTimeout(go));
        began = performance.now();
      }
    }
  }
  let began = performance.now();

  const text = value => value === null || value === undefined ? '' : String(value);
  // No cell shows more of a text, and laying out all of it takes its time at each scroll.
  const node = cell => document.createTextNode(text(cell.getValue()).slice(0, mostShown));
  const button = words => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = words;
    return made;
  };
  const collator = new Intl.Collator('en', { sensitivity: 'base' });
  const compare = (a, b) => {
    const [none, other] = [a === null || a === undefined, b === null || b === undefined];
    return none || other ? other - none
      : typeof a === 'number' && typeof b === 'number' ? a - b
        : collator.compare(a, b);
  };
  const column = (field, title, rest) => ({
    field, title, sorter: compare, formatter: node, titleFormatter: () => button(title), minWidth: 90, ...rest,
  });

  function columns() {
    return [
      column('number', '#', { width: 84, minWidth: 60, hozAlign: 'right', formatter: cell => button(text(cell.getValue())) }),
      ...heading.jobs.length > 1 ? [column('job', 'Job', { width: 120 })] : [],
      column('id', 'Id', { width: 150 }),
      column('outcome', 'Outcome', { width: 110 }),
      ...used.expected ? [column('expected', 'Expected', { width: 120 })] : [],
      ...used.actual ? [column('actual', 'Label', { width: 120 })] : [],
      column('text', 'Answer', { widthGrow: 3, minWidth: 220 }),
      ...used.reason ? [column('reason', 'Reason', { widthGrow: 2, minWidth: 160 })] : [],
      ...heading.columns.slice(0, mostColumns).map((name, i) => column(`c${i}`, name, { widthGrow: 1, minWidth: 120 })),
      ...heading.models.length > 1 ? [column('model', 'Model', { width: 150 })] : [],
      column('attempt', 'Attempt', { width: 90, hozAlign: 'right' }),
      column('cost', 'Cost', { width: 110, hozAlign: 'right' }),
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

  let table;
  let search;
  let choices;
  function filter() {
    const wanted = choices.filter(c => c.select.value !== '*').map(c => [c.field, c.select.value.slice(1)]);
    const words = search.value.trim();
    if (!words && !wanted.length) {
      table.clearFilter();
      return;
    }
    const pattern = words ? new RegExp(words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i') : null;
    table.setFilter(row => wanted.every(([field, value]) => text(row[field]) === value)
      && (!pattern || Object.values(row).some(value => typeof value === 'string' && pattern.test(value))
        || row.calls?.slice(2).some(call => call.some(value => typeof value === 'string' && pattern.test(value)))
        || heading.columns.some((_, i) => typeof row[`c${i}`] === 'number' && pattern.test(String(row[`c${i}`])))));
  }

  const dialog = document.createElement('dialog');
  const list = document.createElement('dl');
  const close = button('Close');
  close.addEventListener('click', () => dialog.close());
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
    const lines = [['Id', row.id], ['Job', row.job], ['Outcome', row.outcome], ['Reason', row.reason], ['Expected', row.expected], ['Label', row.actual],
      ['Right', row.right], ['Answer', row.text], ...row.calls ? callsOf(row.calls) : [], ...heading.columns.map((name, i) => [name, row[`c${i}`]]),
      ['Model', row.model], ['Attempt', row.attempt], ['Cost', row.cost]];
    list.replaceChildren();
    for (const [name, value] of lines.filter(([, v]) => text(v) !== '')) {
      const [term, words] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      words.dir = 'auto';
      words.textContent = value;
      list.append(term, words);
    }
    dialog.showModal();
    dialog.scrollTop = 0;
  }

  async function begin() {
    await read();
    search = document.createElement('input');
    search.type = 'search';
    search.id = 'search';
    labeled('Search', search);
    choices = [['job', 'Job'], ['outcome', 'Outcome'], ['expected', 'Expected'], ['actual', 'Label'], ['right', 'Right'], ['model', 'Model']]
      .map(([field, name]) => choice(field, name)).filter(c => c);
    let wait;
    search.addEventListener('input', () => {
      clearTimeout(wait);
      wait = setTimeout(filter, 150);
    });
    table = new Tabulator('#rows-table', {
      data: rows, index: 'number', columns: columns(), layout: 'fitColumns', rowHeight: 32,
      height: Math.min(innerHeight * 0.75, 90 + rows.length * 32), placeholder: 'No rows.', headerSortClickElement: 'header', columnDefaults: { tooltip: false },
      renderVerticalBuffer: 320,
    });
    const tell = shown => {
      count.textContent = shown === rows.length ? `${number.format(rows.length)} rows` : `${number.format(shown)} of ${number.format(rows.length)} rows`;
    };
    table.on('dataFiltered', (_, found) => tell(found.length));
    table.on('rowClick', (_, row) => show(row.getData()));
    table.on('tableBuilt', () => {
      note.hidden = true;
      filters.hidden = false;
      tell(rows.length);
      document.documentElement.dataset.ready = 'rows';
    });
  }

  begin();
})();
