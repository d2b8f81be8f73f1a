// The button that changes between light and dark, and the charts. All of their numbers stand in the tables, too.
(() => {
  'use strict';
  // ECharts keeps what it has measured in a plain object: drawn as it is, the text "__proto__" would change all objects of the page.
  const figures = JSON.parse(document.getElementById('figures').textContent, (_, value) => typeof value === 'string' && value in {} ? `${value}\u200b` : value);
  const font = getComputedStyle(document.body).fontFamily;
  const charts = [];
  const media = matchMedia('(prefers-color-scheme: dark)');
  let isPrinted = false;
  const isDark = () => !isPrinted && (document.documentElement.dataset.theme ?? (media.matches ? 'dark' : 'light')) === 'dark';

  const outcomes = {
    Complete: ['#1a7f5a', '#3fb98a'], Incomplete: ['#b7791f', '#e3ae4f'], NotAccepted: ['#8f8310', '#cfc24a'], Errored: ['#c0392b', '#f0776b'], Expired: ['#7d4fb3', '#b08be0'],
    Canceled: ['#6b7280', '#9aa3b1'], Missing: ['#a3325f', '#e0719f'], Unknown: ['#4b5563', '#7f8b9c'], NotSubmitted: ['#8a5a2b', '#c4915e'],
    WaitingForTools: ['#2b7a9b', '#63b6d6'], Pending: ['#94a3b8', '#5b6675'],
  };
  const series = [['#0b62c4', '#77b3ff'], ['#b7791f', '#e3ae4f'], ['#1a7f5a', '#3fb98a']];
  const hue = pair => pair[isDark() ? 1 : 0];

  // Paper has no pixels: a drawing of this width is scaled to the page.
  const paper = 820;
  const narrowest = 240;
  const letter = 6.8;
  let width = paper;

  // The end of a name says as much as its beginning.
  const short = (name, most) => name.length <= most ? name : `${name.slice(0, Math.floor(most / 2))}…${name.slice(1 - Math.ceil(most / 2))}`;
  function twoLines(name, most) {
    const kept = short(name, most * 2 - 2);
    if (kept.length <= most) {
      return kept;
    }
    const mark = Math.max(...[' ', '_', '-', '/', ','].map(mark => kept.lastIndexOf(mark, most - 1))) + 1;
    const at = kept.length - mark <= most ? mark : most;
    return `${kept.slice(0, at)}\n${kept.slice(at)}`;
  }

  function base(names) {
    const [text, line, back] = isDark() ? ['#c9cfd9', '#39404b', '#1d2128'] : ['#3b424e', '#d5d9e0', '#ffffff'];
    const axis = {
      axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } },
      nameTextStyle: { color: text }, nameLocation: 'middle', nameGap: 26, splitNumber: Math.min(8, Math.max(2, Math.floor(width / 130))),
    };
    const most = Math.floor(width / letter / 2);
    const rows = names.reduce(([full, used], name) => {
      const room = Math.min(name.length, most) * letter + 34;
      return used + room > width ? [full + 1, room] : [full, used + room];
    }, [names.length ? 1 : 0, 0])[0];
    return {
      animation: false, aria: { enabled: true }, textStyle: { color: text, fontFamily: font },
      // No markup anywhere: names come from outside.
      tooltip: { renderMode: 'richText', backgroundColor: back, borderColor: line, textStyle: { color: text }, trigger: 'item', confine: true },
      legend: {
        type: rows > 4 ? 'scroll' : 'plain', data: names, show: names.length > 0, formatter: name => short(name, most), left: 'center', textStyle: { color: text },
        top: 0, itemWidth: 14, pageTextStyle: { color: text },
      },
      grid: { left: 8, right: 20, top: 10 + Math.min(rows, 4) * 24, bottom: 8, outerBoundsMode: 'same' },
      axis,
    };
  }

  const names = list => {
    const room = Math.min(240, width * 0.34, Math.max(...list.map(name => name.length)) * letter + 8);
    return {
      type: 'category', inverse: true, data: list,
      axisLabel: { width: room, overflow: 'truncate', lineHeight: 13, interval: 0, hideOverlap: false, formatter: name => twoLines(name, Math.floor(room / letter)) },
    };
  };
  // Nobody fails by halves.
  const counts = { type: 'value', minInterval: 1 };

  function merge(one, other) {
    const merged = { ...one };
    for (const [key, value] of Object.entries(other)) {
      merged[key] = value && typeof value === 'object' && !Array.isArray(value) && merged[key] ? merge(merged[key], value) : value;
    }
    return merged;
  }

  // 'make' gives axes and series, 'shown' are the names of a legend; bars grow with their number.
  function chart(id, lines, shown, make) {
    const element = document.getElementById(id);
    if (!element) {
      return;
    }
    element.hidden = false;
    let drawn;
    let last;
    const draw = () => {
      last = element.clientWidth;
      width = isPrinted ? paper : Math.max(last, narrowest);
      const { axis, ...rest } = base(shown);
      const option = merge(rest, make());
      option.xAxis = merge(axis, option.xAxis);
      option.yAxis = merge(axis, option.yAxis);
      const height = rest.grid.top + (lines ? 34 + (option.xAxis.name ? 20 : 0) + lines * 32 : 240);
      element.style.height = `${height}px`;
      drawn ??= echarts.init(element, null, { renderer: 'svg', width, height });
      drawn.resize({ width, height });
      drawn.setOption(option, true);
      element.querySelector('svg').setAttribute('viewBox', `0 0 ${width} ${height}`);
    };
    draw();
    charts.push(draw);
    new ResizeObserver(() => requestAnimationFrame(() => isPrinted || element.clientWidth === last || draw())).observe(element);
  }

  const jobs = figures.jobs;
  const sum = list => list.reduce((all, one) => all + one, 0);
  const ended = Object.keys(outcomes).filter(o => sum(jobs.map(j => j.outcomes[o])) > 0);
  chart('chart-outcomes', jobs.length, ended, () => ({
    xAxis: counts, yAxis: names(jobs.map(j => j.name)),
    series: ended.map(o => ({
      name: o, type: 'bar', stack: 'all', barMaxWidth: 26, itemStyle: { color: hue(outcomes[o]) }, data: jobs.map(j => j.outcomes[o]),
    })),
  }));

  chart('chart-jobs', jobs.length, [], () => ({
    xAxis: { type: 'value', name: 'Cost', axisLabel: { formatter: '${value}' } }, yAxis: names(jobs.map(j => j.name)),
    series: [{ name: 'Cost', type: 'bar', barMaxWidth: 22, itemStyle: { color: hue(series[0]) }, data: jobs.map(j => j.cost) }],
  }));

  const failures = jobs.flatMap(j => j.failures.map(f => ({ name: jobs.length > 1 ? `${j.name}: ${f.reason}` : f.reason, count: f.count })))
    .sort((a, b) => b.count - a.count).slice(0, 15);
  if (failures.length) {
    chart('chart-failures', failures.length, [], () => ({
      xAxis: { ...counts, name: 'Requests' }, yAxis: names(failures.map(f => f.name)),
      series: [{ type: 'bar', barMaxWidth: 22, itemStyle: { color: hue(outcomes.Errored) }, data: failures.map(f => f.count) }],
    }));
  }

  const models = jobs.flatMap(j => j.models.map(m => ({ ...m, name: jobs.length > 1 ? `${j.name}: ${m.model}` : m.model })))
    .filter(m => m.cost !== null);
  if (models.length) {
    const prices = [['Paid', 'cost', 0], ['Without the cache', 'uncached', 1], ['Outside of a batch', 'standard', 2]];
    chart('chart-costs', models.length * 2, prices.map(p => p[0]), () => ({
      xAxis: { type: 'value', axisLabel: { formatter: '${value}' } }, yAxis: names(models.map(m => m.name)),
      series: prices.map(([name, of, i]) => ({
        name, type: 'bar', barMaxWidth: 18, itemStyle: { color: hue(series[i]) }, data: models.map(m => m[of]),
      })),
    }));
  }

  // Jobs that ran days apart stand beside each other: each has its own beginning.
  const parts = jobs.flatMap(j => {
    const from = j.parts.filter(p => p.sealed !== null);
    const start = Math.min(...from.map(p => p.sealed));
    return from.map(p => ({ ...p, name: `${j.name}/${p.part}`, job: j, start }));
  });
  const span = Math.max(0, ...parts.map(p => (p.collected ?? p.ended ?? p.created ?? p.sealed) - p.start));
  const [unit, word] = span > 172800000 ? [86400000, 'Days'] : span > 7200000 ? [3600000, 'Hours'] : span > 120000 ? [60000, 'Minutes'] : [1000, 'Seconds'];
  const since = { type: 'value', name: `${word} since ${jobs.length > 1 ? 'each job' : 'the job'} was sealed` };
  const time = (from, to) => from === null || to === null ? 0 : Math.round(Math.max(0, to - from) / unit * 1000) / 1000;
  // Nobody reads more bars; the table has all parts.
  const bars = parts.slice(0, 100);
  if (bars.length) {
    const stages = [['Sealed until accepted', 'sealed', 'created', 1], ['With the service', 'created', 'ended', 0], ['Ended until collected', 'ended', 'collected', 2]];
    chart('chart-timeline', bars.length, stages.map(s => s[0]), () => ({
      xAxis: since, yAxis: names(bars.map(p => p.name)),
      series: [['before', 'start', 'sealed', null], ...stages].map(([name, from, to, color]) => ({
        name, type: 'bar', stack: 'all', barMaxWidth: 18, silent: color === null, tooltip: { show: color !== null },
        itemStyle: { color: color === null ? 'transparent' : hue(series[color]) }, data: bars.map(p => time(p[from], p[to])),
      })),
    }));

    const lines = jobs.map(j => {
      let count = 0;
      const own = parts.filter(p => p.ended !== null && p.job === j).sort((a, b) => a.ended - b.ended);
      return { name: j.name, points: [[0, 0], ...own.map(p => [time(p.start, p.ended), count += p.answered])] };
    }).filter(l => l.points.length > 1);
    if (lines.length) {
      chart('chart-answers', 0, lines.length > 1 ? lines.map(l => l.name) : [], () => ({
        xAxis: since, yAxis: { ...counts, name: 'Answers', nameLocation: 'end', nameGap: 10, nameTextStyle: { align: 'left' } }, grid: { top: 34 + (lines.length > 1 ? 24 : 0) },
        series: lines.map((l, i) => ({
          name: l.name, type: 'line', step: 'end', symbolSize: 5, lineStyle: { color: hue(series[i % series.length]) },
          itemStyle: { color: hue(series[i % series.length]) }, data: l.points,
        })),
      }));
    }
  }

  const attempts = jobs.flatMap(j => j.attempts.map(a => ({ ...a, name: jobs.length > 1 ? `${j.name}: ${a.attempt}` : `Attempt ${a.attempt}` })));
  if (attempts.length > 1) {
    chart('chart-attempts', attempts.length, ['Answered', 'Failed'], () => ({
      xAxis: counts, yAxis: names(attempts.map(a => a.name)),
      series: [['Answered', 'answered', outcomes.Complete], ['Failed', 'failed', outcomes.Errored]].map(([name, of, color]) => ({
        name, type: 'bar', stack: 'all', barMaxWidth: 22, itemStyle: { color: hue(color) }, data: attempts.map(a => a[of]),
      })),
    }));
  }

  const right = figures.evaluations;
  if (right.length) {
    chart('chart-accuracy', right.length, [], () => ({
      yAxis: names(right.map(e => e.job)),
      xAxis: { type: 'value', name: 'Right rows, with the 95 % interval', min: 0, max: 1, axisLabel: { formatter: value => `${Math.round(value * 100)} %` } },
      // The bar ends at the accuracy, and the line over it goes from end to end of the interval.
      series: [
        { name: 'Accuracy', type: 'bar', barMaxWidth: 20, itemStyle: { color: hue(series[0]), opacity: 0.55 }, data: right.map(e => e.accuracy),
          markLine: {
            symbol: ['rect', 'rect'], symbolSize: [12, 2], silent: true, label: { show: false },
            lineStyle: { type: 'solid', width: 2, color: isDark() ? '#ffffff' : '#000000', opacity: 1 },
            data: right.flatMap((e, i) => e.low === null ? [] : [[{ coord: [e.low, i] }, { coord: [e.high, i] }]]),
          } },
      ],
    }));
  }

  const redraw = () => charts.forEach(draw => draw());
  const print = on => {
    if (isPrinted !== on) {
      isPrinted = on;
      redraw();
    }
  };
  media.addEventListener('change', redraw);
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  matchMedia('print').addEventListener('change', e => print(e.matches));
  const toggle = document.createElement('button');
  toggle.id = 'theme';
  toggle.type = 'button';
  const name = () => { toggle.textContent = isDark() ? 'Light' : 'Dark'; toggle.setAttribute('aria-label', `Show the page ${isDark() ? 'light' : 'dark'}`); };
  toggle.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    name();
    redraw();
  });
  media.addEventListener('change', name);
  name();
  document.querySelector('header').append(toggle);
})();
