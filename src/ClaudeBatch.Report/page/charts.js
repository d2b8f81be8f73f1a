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

  function base() {
    const [text, line, back] = isDark() ? ['#c9cfd9', '#39404b', '#1d2128'] : ['#3b424e', '#d5d9e0', '#ffffff'];
    const axis = {
      axisLabel: { color: text, overflow: 'truncate' }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } },
      nameTextStyle: { color: text },
    };
    return {
      animation: false, aria: { enabled: true }, textStyle: { color: text, fontFamily: font },
      // No markup anywhere: names come from outside.
      tooltip: { renderMode: 'richText', backgroundColor: back, borderColor: line, textStyle: { color: text }, trigger: 'item', confine: true },
      legend: { type: 'scroll', textStyle: { color: text }, top: 0, itemWidth: 14, pageTextStyle: { color: text } },
      grid: { left: 8, right: 24, top: 34, bottom: 8, outerBoundsMode: 'same' },
      axis,
    };
  }

  const names = list => ({ type: 'category', inverse: true, data: list, axisLabel: { width: Math.min(240, innerWidth * 0.3), overflow: 'truncate' } });

  function merge(one, other) {
    const merged = { ...one };
    for (const [key, value] of Object.entries(other)) {
      merged[key] = value && typeof value === 'object' && !Array.isArray(value) && merged[key] ? merge(merged[key], value) : value;
    }
    return merged;
  }

  // 'make' gives axes and series; bars grow with their number.
  function chart(id, lines, make) {
    const element = document.getElementById(id);
    if (!element) {
      return;
    }
    element.hidden = false;
    if (lines) {
      element.style.height = `${70 + lines * 30}px`;
    }
    const drawn = echarts.init(element, null, { renderer: 'svg' });
    const draw = () => {
      const { axis, ...rest } = base();
      const option = merge(rest, make());
      option.xAxis = merge(axis, option.xAxis);
      option.yAxis = merge(axis, option.yAxis);
      drawn.setOption(option, true);
    };
    draw();
    charts.push({ drawn, draw });
    new ResizeObserver(() => drawn.resize()).observe(element);
  }

  const jobs = figures.jobs;
  const sum = list => list.reduce((all, one) => all + one, 0);
  chart('chart-outcomes', jobs.length, () => ({
    xAxis: { type: 'value' }, yAxis: names(jobs.map(j => j.name)),
    series: Object.keys(outcomes).filter(o => sum(jobs.map(j => j.outcomes[o])) > 0).map(o => ({
      name: o, type: 'bar', stack: 'all', barMaxWidth: 26, itemStyle: { color: hue(outcomes[o]) }, data: jobs.map(j => j.outcomes[o]),
    })),
  }));

  chart('chart-jobs', jobs.length * 2, () => ({
    xAxis: { type: 'value', axisLabel: { formatter: '${value}' } }, yAxis: names(jobs.map(j => j.name)),
    series: [{ name: 'Cost', type: 'bar', barMaxWidth: 22, itemStyle: { color: hue(series[0]) }, data: jobs.map(j => j.cost) }],
  }));

  const failures = jobs.flatMap(j => j.failures.map(f => ({ name: jobs.length > 1 ? `${j.name}: ${f.reason}` : f.reason, count: f.count })))
    .sort((a, b) => b.count - a.count).slice(0, 15);
  if (failures.length) {
    chart('chart-failures', failures.length, () => ({
      legend: { show: false }, grid: { top: 8 }, xAxis: { type: 'value' }, yAxis: names(failures.map(f => f.name)),
      series: [{ type: 'bar', barMaxWidth: 22, itemStyle: { color: hue(outcomes.Errored) }, data: failures.map(f => f.count) }],
    }));
  }

  const models = jobs.flatMap(j => j.models.map(m => ({ ...m, name: jobs.length > 1 ? `${j.name}: ${m.model}` : m.model })))
    .filter(m => m.cost !== null);
  if (models.length) {
    chart('chart-costs', models.length * 3, () => ({
      xAxis: { type: 'value', axisLabel: { formatter: '${value}' } }, yAxis: names(models.map(m => m.name)),
      series: [['Paid', 'cost', 0], ['Without the cache', 'uncached', 1], ['Outside of a batch', 'standard', 2]].map(([name, of, i]) => ({
        name, type: 'bar', barMaxWidth: 18, itemStyle: { color: hue(series[i]) }, data: models.map(m => m[of]),
      })),
    }));
  }

  const parts = jobs.flatMap(j => j.parts.map(p => ({ ...p, name: `${j.name}/${p.part}` }))).filter(p => p.sealed !== null);
  const start = Math.min(...parts.map(p => p.sealed));
  const span = Math.max(0, ...parts.map(p => (p.collected ?? p.ended ?? p.created ?? p.sealed) - start));
  const [unit, word] = span > 172800000 ? [86400000, 'days'] : span > 7200000 ? [3600000, 'hours'] : span > 120000 ? [60000, 'minutes'] : [1000, 'seconds'];
  const time = (from, to) => from === null || to === null ? 0 : Math.max(0, to - from) / unit;
  const round = value => Math.round(value * 1000) / 1000;
  // Nobody reads more bars; the table has all parts.
  const bars = parts.slice(0, 100);
  if (bars.length) {
    chart('chart-timeline', bars.length, () => ({
      xAxis: { type: 'value', name: word, nameLocation: 'end' }, yAxis: names(bars.map(p => p.name)), grid: { right: 60 },
      series: [
        ['before', p => time(start, p.sealed), null], ['Sealed until accepted', p => time(p.sealed, p.created), 1],
        ['With the service', p => time(p.created, p.ended), 0], ['Ended until collected', p => time(p.ended, p.collected), 2],
      ].map(([name, of, color]) => ({
        name, type: 'bar', stack: 'all', barMaxWidth: 18, silent: color === null, tooltip: { show: color !== null },
        itemStyle: { color: color === null ? 'transparent' : hue(series[color]) }, data: bars.map(p => round(of(p))),
      })),
      legend: { data: ['Sealed until accepted', 'With the service', 'Ended until collected'] },
    }));

    const lines = jobs.map(j => {
      let count = 0;
      const sealed = Math.min(...j.parts.filter(p => p.sealed !== null).map(p => p.sealed));
      const ended = j.parts.filter(p => p.ended !== null).sort((a, b) => a.ended - b.ended);
      return { name: j.name, points: [[0, 0], ...ended.map(p => [round(time(sealed, p.ended)), count += p.answered])] };
    }).filter(l => l.points.length > 1);
    if (lines.length) {
      chart('chart-answers', 0, () => ({
        xAxis: { type: 'value', name: word, nameLocation: 'end' }, yAxis: { type: 'value' }, grid: { right: 60 },
        series: lines.map((l, i) => ({
          name: l.name, type: 'line', step: 'end', symbolSize: 5, lineStyle: { color: hue(series[i % series.length]) },
          itemStyle: { color: hue(series[i % series.length]) }, data: l.points,
        })),
      }));
    }
  }

  const attempts = jobs.flatMap(j => j.attempts.map(a => ({ ...a, name: jobs.length > 1 ? `${j.name}: ${a.attempt}` : `Attempt ${a.attempt}` })));
  if (attempts.length > 1) {
    chart('chart-attempts', attempts.length, () => ({
      xAxis: { type: 'value' }, yAxis: names(attempts.map(a => a.name)),
      series: [['Answered', 'answered', outcomes.Complete], ['Failed', 'failed', outcomes.Errored]].map(([name, of, color]) => ({
        name, type: 'bar', stack: 'all', barMaxWidth: 22, itemStyle: { color: hue(color) }, data: attempts.map(a => a[of]),
      })),
    }));
  }

  const right = figures.evaluations;
  if (right.length) {
    chart('chart-accuracy', right.length, () => ({
      grid: { top: 34 }, yAxis: names(right.map(e => e.job)),
      xAxis: { type: 'value', min: 0, max: 1, axisLabel: { formatter: value => `${Math.round(value * 100)} %` } },
      // The bar ends at the accuracy, and the line over it goes from end to end of the interval.
      series: [
        { name: 'Accuracy', type: 'bar', barMaxWidth: 20, itemStyle: { color: hue(series[0]) }, data: right.map(e => e.accuracy),
          markLine: {
            symbol: ['none', 'none'], silent: true, label: { show: false }, lineStyle: { type: 'solid', width: 3, color: hue(series[1]) },
            data: right.filter(e => e.low !== null).map(e => [{ coord: [e.low, e.job] }, { coord: [e.high, e.job] }]),
          } },
      ],
    }));
  }

  const redraw = () => charts.forEach(c => c.draw());
  media.addEventListener('change', redraw);
  addEventListener('beforeprint', () => { isPrinted = true; redraw(); });
  addEventListener('afterprint', () => { isPrinted = false; redraw(); });
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
