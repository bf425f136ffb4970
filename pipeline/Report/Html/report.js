'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const root = document.getElementById('report');
  const links = [];

  // Elements and numbers.
  const add = (parent, tag, props = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), props);
    element.append(...children);
    parent.append(element);
    return element;
  };
  const number = value => value === null || value === undefined ? '' : typeof value !== 'number' ? String(value)
    : value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6) ? value.toExponential(2) : String(+value.toPrecision(5));
  const table = (parent, heads, rows) => {
    const box = add(add(parent, 'div', { className: 'wide' }), 'table');
    const head = add(add(box, 'thead'), 'tr');
    heads.forEach((name, i) => add(head, 'th', { textContent: name, className: rows.length && typeof rows[0][i] === 'number' ? 'number' : '' }));
    const body = add(box, 'tbody');
    for (const row of rows) {
      const line = add(body, 'tr');
      for (const cell of row) {
        if (cell instanceof Node) add(line, 'td').append(cell);
        else add(line, 'td', { textContent: number(cell), className: typeof cell === 'number' ? 'number' : '' });
      }
    }
    return box;
  };
  const mark = (text, className) => Object.assign(document.createElement('span'), { textContent: text, className: 'mark ' + className });
  const section = (id, title, isThere, fill) => {
    if (!isThere) return;
    const box = add(root, 'section', { id });
    add(box, 'h2', { textContent: title });
    links.push([id, title]);
    fill(box);
  };

  // Plots.
  const plot = (parent, id, title, option, className = 'plot') => {
    add(parent, 'h3', { textContent: title });
    const box = add(parent, 'div', { className, id: 'plot-' + id });
    const chart = echarts.init(box, null, { renderer: 'svg' });
    chart.setOption({ animation: false, grid: { left: 70, right: 24, top: 36, bottom: 40 }, tooltip: { trigger: 'axis' }, ...option });
    addEventListener('resize', () => chart.resize());
  };
  const lines = (names, xs, ys, extra = {}) => ({
    legend: { type: 'scroll', top: 0 },
    xAxis: { type: 'value', name: extra.x ?? 'epoch', nameLocation: 'middle', nameGap: 26, min: 'dataMin', max: 'dataMax' },
    yAxis: { type: extra.log ? 'log' : 'value', scale: true, axisLabel: { formatter: number } },
    series: names.map((name, i) => ({
      name, type: 'line', showSymbol: xs.length < 30, symbolSize: 4, lineStyle: { width: 1.5 },
      data: xs.map((x, k) => [x, extra.log && !(ys[i][k] > 0) ? null : ys[i][k]]),
    })),
  });
  const heat = (xNames, yNames, cells, extra = {}) => ({
    tooltip: { position: 'top' },
    grid: { left: 110, right: 24, top: 10, bottom: 70 },
    xAxis: { type: 'category', data: xNames, name: extra.x, nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'category', data: yNames, inverse: true, name: extra.y },
    visualMap: { min: 0, max: Math.max(1, ...cells.map(c => c[2])), calculable: false, orient: 'horizontal', left: 'center', bottom: 0, itemHeight: 90, inRange: { color: ['#f6f7f9', '#84adff', '#1849a9'] } },
    series: [{ type: 'heatmap', data: cells, label: { show: Boolean(extra.label), fontSize: 10 } }],
  });
  // A histogram an epoch, on one axis: each column's counts are dealt to the bins of the widest range.
  const overTime = looks => {
    const bins = 40;
    const low = Math.min(...looks.map(l => l[1].low)), high = Math.max(...looks.map(l => l[1].high));
    const width = (high - low || 1) / bins;
    const cells = [];
    looks.forEach(([, h], column) => {
      const own = (h.high - h.low) / h.counts.length;
      const dealt = new Array(bins).fill(0);
      h.counts.forEach((count, i) => { dealt[Math.min(bins - 1, Math.max(0, Math.floor((h.low + own * (i + .5) - low) / width)))] += count; });
      dealt.forEach((count, i) => { if (count) cells.push([column, bins - 1 - i, count]); });
    });
    return heat(looks.map(l => String(l[0])), Array.from({ length: bins }, (_, i) => number(low + width * (bins - 1 - i + .5))), cells, { x: 'epoch' });
  };

  const head = add(root, 'header');
  add(head, 'h1', { textContent: `${data.pipeline} · ${data.run}` });
  const line = add(head, 'p', { className: 'dim' }, mark(data.status, data.status), ` · ${data.created} · ${data.code} · engine ${data.engine}`);
  line.id = 'status';
  const nav = add(root, 'nav');

  section('result', 'Result', true, box => {
    if (data.error) add(box, 'p', { textContent: data.error, className: 'failed' });
    const names = [...new Set(Object.values(data.metrics).flatMap(m => Object.keys(m)))];
    if (names.length) table(box, ['', ...names], Object.entries(data.metrics).map(([part, m]) => [part, ...names.map(n => m[n] ?? '')]));
    if (data.gates.length) {
      add(box, 'h3', { textContent: 'Gates' });
      table(box, ['gate', '', 'what'], data.gates.map(g => [g.name, mark(g.passed ? 'passed' : 'failed', g.passed ? 'passed' : 'failed'), g.detail]));
    }
    if (data.warnings.length) {
      add(box, 'h3', { textContent: 'Warnings' });
      const list = add(box, 'ul');
      data.warnings.forEach(text => add(list, 'li', { textContent: text, className: 'warning' }));
    }
  });

  section('variants', 'Variants', data.variants.length, box => {
    for (const v of data.variants) {
      add(box, 'h3', { textContent: `${v.name}: ${v.shipped ? v.file : 'not shipped'}, ${(v.bytes / 1e6).toFixed(3)} MB of ${(v.float_bytes / 1e6).toFixed(3)}` });
      table(box, ['attempt', 'layers in float', 'gate', '', 'what'], v.attempts.flatMap((a, i) => a.gates.map((g, k) => [
        k ? '' : i + 1, k ? '' : a.kept_float.join(', ') || 'none', g.name, mark(g.passed ? 'passed' : 'failed', g.passed ? 'passed' : 'failed'), g.detail])));
    }
  });

  section('verdicts', 'Verdicts', true, box => {
    if (!data.verdicts.length) add(box, 'p', { textContent: data.epochs.length ? 'Nothing to object to: no rule for what goes wrong in training has matched this run.' : 'Nothing was trained.' });
    for (const v of data.verdicts) {
      const one = add(box, 'div', { className: 'verdict ' + v.severity });
      add(one, 'div', { className: 'mark', textContent: v.name });
      add(one, 'p', { textContent: v.evidence + '.' });
      add(one, 'p', {}, 'Try: ' + v.advice + '. ', Object.assign(document.createElement('a'), { href: '#plot-' + v.plot, textContent: 'See the plot' }));
    }
  });

  section('preflight', 'Before training', data.preflight, box => {
    table(box, ['check', '', 'what'], data.preflight.checks.map(c => [c.name, mark(c.status, c.status), c.detail + (c.hint ? ' → ' + c.hint : '')]));
  });

  section('data', 'Data', data.data_report, box => {
    const report = data.data_report;
    if (report.columns?.length) {
      table(box, ['column', 'type', 'missing', 'distinct', 'mean', 'deviation', 'least', 'largest', 'outliers', 'notes'],
        report.columns.map(c => [c.name, c.type, c.missing, c.distinct, c.mean, c.deviation, c.min, c.max, c.outliers, (c.notes ?? []).join('; ')]));
    }
    if (report.classes?.length) {
      plot(box, 'classes', 'Class balance', {
        tooltip: {}, legend: { top: 0 }, xAxis: { type: 'category', data: report.classes.map(c => c.name) }, yAxis: { type: 'value' },
        series: ['train', 'validation', 'test'].filter(p => report.classes.some(c => c[p])).map(p => ({ name: p, type: 'bar', data: report.classes.map(c => c[p]) })),
      });
    }
    if (report.contact_sheet) add(box, 'img', { className: 'pixels', src: report.contact_sheet, width: 560, alt: 'some training images' });
  });

  section('curves', 'Training', data.epochs.length || data.steps.length, box => {
    const xs = data.epochs.map(e => e.epoch);
    const looks = new Map(data.monitors.map(m => [m.epoch, m.train_sample]));
    const epochs = data.epochs.map(e => ({ train: e.train, 'train sample': looks.get(e.epoch) ?? {}, validation: e.validation ?? {} }));
    const pair = add(box, 'div', { className: 'pair' });
    for (const name of new Set(epochs.slice(0, 1).flatMap(e => Object.values(e).flatMap(Object.keys)))) {
      const parts = Object.keys(epochs[0]).filter(p => epochs.some(e => name in e[p]));
      plot(add(pair, 'div'), name, name, lines(parts, xs, parts.map(p => epochs.map(e => e[p][name] ?? null))));
    }
    if (data.steps.length) {
      const steps = data.steps.map(s => s[0]);
      plot(add(pair, 'div'), 'steps', 'Loss of single batches', lines(['loss'], steps, [data.steps.map(s => s[1])], { x: 'step' }));
      plot(add(pair, 'div'), 'rate', 'Learning rate', lines(['rate'], steps, [data.steps.map(s => s[2])], { x: 'step' }));
    }
  });

  section('monitors', 'Inside the model', data.monitors.length, box => {
    const looks = data.monitors, xs = looks.map(m => m.epoch);
    const of = (list, name, value) => looks.map(m => { const found = m[list].find(p => p.name === name); return found ? value(found) : null; });
    const parameters = looks[0].parameters.map(p => p.name), layers = looks[0].layers.map(l => l.name);
    const pair = add(box, 'div', { className: 'pair' });
    plot(add(pair, 'div'), 'ratios', 'Update over weight, by tensor (about 1e-3 is healthy)', lines(parameters, xs, parameters.map(n => of('parameters', n, p => p.ratio)), { log: true }));
    plot(add(pair, 'div'), 'gradient_norm', 'Gradient norm', lines(['all parameters'], xs, [looks.map(m => m.gradient_norm)], { log: true }));
    const units = layers.filter(n => looks[0].layers.find(l => l.name === n).dead != null || looks[0].layers.find(l => l.name === n).saturated != null);
    if (units.length) plot(add(pair, 'div'), 'units', 'Share of dead or saturated units, by layer', lines(units, xs, units.map(n => of('layers', n, l => l.dead ?? l.saturated))));
    const last = looks[looks.length - 1];
    const byLayer = (title, id, value) => plot(add(pair, 'div'), id, title, {
      legend: { top: 0 }, xAxis: { type: 'category', data: layers, axisLabel: { rotate: 40 } }, grid: { left: 70, right: 24, top: 36, bottom: 90 },
      yAxis: { type: 'log', axisLabel: { formatter: number } },
      series: [looks[0], last].map(m => ({ name: m.epoch ? 'epoch ' + m.epoch : 'before training', type: 'line', data: m.layers.map(l => value(l) > 0 ? value(l) : null) })),
    });
    byLayer('Variance of the activations, layer by layer', 'activations', l => l.activation.variance);
    byLayer('Squared norm of the gradients, layer by layer', 'gradients', l => l.gradient && l.gradient.norm ** 2);
    add(box, 'h3', { textContent: 'Histograms over time' });
    const choice = add(box, 'select', { id: 'histogram' });
    const kinds = [
      ...layers.flatMap(n => [['activations of ' + n, m => m.layers.find(l => l.name === n)?.activation], ['gradients at ' + n, m => m.layers.find(l => l.name === n)?.gradient]]),
      ...parameters.map(n => ['weights of ' + n, m => m.parameters.find(p => p.name === n)?.weights]),
    ];
    kinds.forEach(([name], i) => add(choice, 'option', { textContent: name, value: i }));
    const place = add(box, 'div');
    const show = () => {
      place.replaceChildren();
      plot(place, 'histograms', '', overTime(looks.map(m => [m.epoch, kinds[choice.value][1](m)?.histogram]).filter(l => l[1])), 'plot tall');
    };
    choice.onchange = show;
    show();
    if (data.predictions) {
      const p = data.predictions;
      plot(box, 'predictions', `Answers to the same validation rows over time: ${p.what}`, lines(p.names, p.epochs, p.values));
    }
  });

  section('filters', 'First layer', data.filters, box => add(box, 'img', { className: 'pixels', src: data.filters, alt: 'the weights of the first layer as images', width: 560 }));

  section('answers', 'Answers', data.answers, box => {
    const a = data.answers;
    add(box, 'p', { className: 'dim', textContent: `${a.rows} ${a.part} rows` });
    if (a.confusion) {
      const cells = a.confusion.flatMap((row, y) => row.map((count, x) => [x, y, count]));
      plot(box, 'confusion', 'Confusion matrix: truth down, answer across', heat(a.classes, a.classes, cells, { label: a.classes.length <= 20 }), 'plot tall');
    }
    const pair = add(box, 'div', { className: 'pair' });
    if (a.roc) {
      plot(add(pair, 'div'), 'roc', 'ROC', {
        legend: { type: 'scroll', top: 0 }, xAxis: { type: 'value', min: 0, max: 1, name: 'false positives', nameLocation: 'middle', nameGap: 26 }, yAxis: { type: 'value', min: 0, max: 1 },
        series: a.roc.map(r => ({ name: `${r.name} (${number(r.auc)})`, type: 'line', showSymbol: false, data: r.points })),
      });
    }
    if (a.calibration) {
      plot(add(pair, 'div'), 'calibration', 'Calibration: how often right, by how sure', {
        legend: { top: 0 }, xAxis: { type: 'value', min: 0, max: 1, name: 'probability given', nameLocation: 'middle', nameGap: 26 }, yAxis: { type: 'value', min: 0, max: 1 },
        series: [{ name: 'seen', type: 'line', data: a.calibration.map(c => [c.confidence, c.accuracy]) }, { name: 'ideal', type: 'line', showSymbol: false, lineStyle: { type: 'dashed' }, data: [[0, 0], [1, 1]] }],
      });
    }
    if (a.scatter) {
      plot(add(pair, 'div'), 'scatter', 'Truth across, answer down', {
        tooltip: {}, xAxis: { type: 'value', scale: true, name: 'truth', nameLocation: 'middle', nameGap: 26 }, yAxis: { type: 'value', scale: true },
        series: [{ type: 'scatter', symbolSize: 3, data: a.scatter }],
      });
    }
    if (a.mistakes.length) {
      add(box, 'h3', { textContent: 'Worst mistakes' });
      const list = add(box, 'div', { className: 'mistakes' });
      for (const m of a.mistakes) {
        const one = add(list, 'div', { className: 'mistake' });
        if (m.image) add(one, 'img', { className: 'pixels', src: m.image, alt: 'row ' + m.row });
        add(one, 'div', { textContent: `row ${m.row}: ${m.truth}, answered ${m.answer}` });
        add(one, 'div', { className: 'dim', textContent: m.detail });
      }
    }
  });

  section('folds', 'Folds', data.folds, box => {
    const names = Object.keys(data.folds.mean ?? {});
    table(box, ['fold', ...names], [
      ...data.folds.folds.map(f => [f.name + (f.error ? ' (failed)' : ''), ...names.map(n => f.metrics[n] ?? '')]),
      ['mean', ...names.map(n => data.folds.mean[n])],
      ['deviation', ...names.map(n => data.folds.deviation[n])],
    ]);
    plot(box, 'folds', 'Fold by fold', {
      tooltip: {}, legend: { top: 0 }, xAxis: { type: 'category', data: data.folds.folds.map(f => f.name) }, yAxis: { type: 'value', scale: true },
      series: names.map(n => ({ name: n, type: 'scatter', data: data.folds.folds.map(f => f.metrics[n] ?? null) })),
    });
    const trained = data.folds.folds.filter(f => f.epochs.length);
    const xs = Array.from({ length: Math.max(0, ...trained.map(f => f.epochs.length)) }, (_, i) => i + 1);
    const pair = add(box, 'div', { className: 'pair' });
    for (const part of ['train', 'validation']) {
      for (const name of trained.length ? Object.keys(trained[0].epochs[0][part] ?? {}) : []) {
        plot(add(pair, 'div'), `folds-${part}-${name}`, `${part} ${name}, fold by fold`,
          lines(trained.map(f => f.name), xs, trained.map(f => xs.map((_, i) => f.epochs[i]?.[part]?.[name] ?? null))));
      }
    }
  });

  section('tournament', 'Weights that competed', data.tournaments.length, box => {
    for (const t of data.tournaments) {
      if (t.training) add(box, 'h3', { textContent: t.training });
      const names = Object.keys(t.candidates[0].validation);
      table(box, ['candidate', 'epochs', ...names, ''], t.candidates.map(c => [c.name, c.epochs, ...names.map(n => c.validation[n]), c.chosen ? mark('chosen', 'passed') : '']));
    }
  });

  section('ensemble', 'Ensemble', data.ensemble, box => {
    const e = data.ensemble, names = Object.keys(e.metrics);
    const costs = c => [c.parameters, c.multiply_adds, c.relative_time];
    add(box, 'p', { className: 'dim', textContent: `Answers become one by ${e.combine}${e.views ? ' over the views by ' + e.views : ''}; figures on the ${e.part} rows; times over that of a member, measured once.` });
    table(box, ['member', 'weight', ...names, 'parameters', 'multiply-adds', 'time'], [
      ...e.members.map(m => [m.name, m.weight, ...names.map(n => m.metrics[n]), ...costs(m.cost)]),
      ['ensemble', 1, ...names.map(n => e.metrics[n]), ...costs(e.cost)],
    ]);
    if (e.members.length > 1) {
      add(box, 'h3', { textContent: 'How much members agree' });
      table(box, ['', ...e.members.map(m => m.name)], e.members.map((m, i) => [m.name, ...e.agreement[i]]));
    }
  });

  section('config', 'Configuration', data.config.length, box => table(box, ['key', 'value', 'from', 'meaning'], data.config.map(c => [c.path, c.text, c.origin, c.doc])));

  section('environment', 'Environment and timings', true, box => {
    table(box, ['fact', 'here'], data.environment.map(e => [e.name, e.value]));
    add(box, 'h3', { textContent: 'Stages' });
    table(box, ['stage', 'seconds', 'what'], data.stages.map(s => [s.name, s.seconds, s.note]));
  });

  for (const [id, title] of links) add(nav, 'a', { href: '#' + id, textContent: title });
  document.body.dataset.done = 'true';
})();
