// The rows of the page, which are read while the page is still coming.
const pageRows = (() => {
  'use strict';
  const heading = { jobs: [], models: [], variants: [], columns: [] };
  const own = ['job', 'outcome', 'id', 'attempt', 'model', 'cost', 'reason', 'expected', 'actual', 'text', 'calls', 'variant'];
  const blocks = document.getElementsByClassName('rows');
  const rows = [];
  const used = { reason: false, expected: false, actual: false };
  let began = performance.now();

  // One row of a job as it stands in the page; its values have names when they are asked for, as most never are.
  class Row {
    constructor(list, number) {
      this.list = list;
      this.number = number;
    }

    // The values of its columns stand behind their numbers, nearly always all of them in order.
    column(place) {
      const list = this.list;
      let at = own.length + 2 * place;
      if (list[at] !== place) {
        for (at = own.length; at < list.length && list[at] !== place; at += 2);
      }
      return list[at + 1] ?? null;
    }
  }
  // The table writes into a row what it has read there, and nothing else.
  const named = (name, get) => Object.defineProperty(Row.prototype, name, { get, set() { }, configurable: true });
  own.forEach((name, at) => named(name, function () { return this.list[at]; }));
  named('job', function () { return heading.jobs[this.list[0]]; });
  named('model', function () { return heading.models[this.list[4]] ?? null; });
  named('variant', function () { return heading.variants[this.list[11]] ?? null; });
  named('right', function () { return this.expected === null ? null : this.expected === this.actual ? 'right' : 'wrong'; });

  // What the numbers in the rows of a block stand for is told with it where it is new.
  function know(names) {
    heading.jobs.push(...names.jobs);
    heading.models.push(...names.models);
    heading.variants.push(...names.variants);
    for (const name of names.columns) {
      const place = heading.columns.push(name) - 1;
      named(`c${place}`, function () { return this.column(place); });
    }
  }

  // Null where the page has been cut off within a row.
  function unpack(block) {
    try {
      return JSON.parse(block.textContent);
    } catch {
      return null;
    }
  }

  // A little at a time, so that the page answers meanwhile; false where there are no more.
  async function read(most, tell) {
    const until = rows.length + most;
    while (rows.length < until) {
      const block = blocks[0];
      const isLoading = document.readyState === 'loading';
      if (!block && !isLoading) {
        return false;
      }
      // A block is whole when something stands behind it.
      const isWhole = block && (block.nextSibling || !isLoading);
      if (isWhole) {
        const content = unpack(block);
        block.remove();
        if (!content) {
          return false;
        }
        know(content);
        for (const list of content.rows) {
          rows.push(new Row(list, rows.length + 1));
          used.reason ||= list[6] !== null;
          used.expected ||= list[7] !== null;
          used.actual ||= list[8] !== null;
        }
        tell(rows.length);
      }
      if (!isWhole || performance.now() - began > 50) {
        await new Promise(go => setTimeout(go, isWhole ? 0 : 5));
        began = performance.now();
      }
    }
    return true;
  }

  return {
    heading, rows, used, read,
    // Whether no row is missing: how many there are stands behind the last.
    get areWhole() {
      return rows.length === Number(document.getElementById('rows-end')?.textContent);
    },
  };
})();
