// Holds HTML reports against a browser: no violation of axe, no outside request, nothing the page's own policy refuses, no page wider than
// its window, by day and by night, wide and narrow, folded and unfolded; and that it prints.
//   node check.js DIR PAGE...    finds node_modules in DIR; says what is wrong, a line each; exit status 1 when there is any
// A page after --quick is looked at by day and wide alone. RA_SHOTS=DIR keeps a picture of each, and the print.
'use strict';
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const [kit, ...pages] = process.argv.slice(2);
const load = (name) => require(path.join(path.resolve(kit), 'node_modules', name));
const puppeteer = load('puppeteer-core');
const axe = fs.readFileSync(path.join(path.resolve(kit), 'node_modules/axe-core/axe.min.js'), 'utf8');
const shots = process.env.RA_SHOTS;
const widths = [1280, 390];

let wrong = 0;
const say = (page, what) => { wrong++; console.log(`${path.basename(page)}: ${what}`); };

// A tab that asks nobody for anything but the page, and hears what the page complains of.
async function open(browser, page, scheme, width, bypass) {
  const tab = await browser.newPage();
  const where = `${scheme}, ${width} wide`;
  await tab.setBypassCSP(bypass);
  await tab.setViewport({ width, height: 900 });
  await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await tab.setRequestInterception(true);
  const url = pathToFileURL(path.resolve(page)).href;
  tab.on('request', (request) => {
    if (request.url().split('#')[0] === url) return request.continue();
    say(page, `${where}: asks for ${request.url()}`);
    return request.abort();
  });
  tab.on('console', (message) => say(page, `${where}: the console says: ${message.text()}`));
  tab.on('pageerror', (error) => say(page, `${where}: ${error.message}`));
  tab.on('dialog', async (dialog) => { say(page, `${where}: a dialog: ${dialog.message()}`); await dialog.dismiss(); });
  await tab.goto(url, { waitUntil: 'load' });
  return tab;
}

async function look(browser, page, scheme, width) {
  const where = `${scheme}, ${width} wide`;
  const tab = await open(browser, page, scheme, width, false);
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) say(page, `${where}: ${wide} wider than its window`);
  const ground = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = ground.match(/\d+/g).slice(0, 3).every((part) => Number(part) > 128);
  if (light !== (scheme === 'light')) say(page, `${where}: its ground is ${ground}`);
  if (shots) await tab.screenshot({ path: path.join(shots, `${path.basename(page, '.html')}-${scheme}-${width}.png`) });
  // A link from a fact opens what it leads to.
  const opened = await tab.evaluate(() => {
    const link = document.querySelector('.facts a[href^="#"]');
    if (!link) return true;
    link.click();
    const at = document.getElementById(link.getAttribute('href').slice(1));
    return new Promise((done) => setTimeout(() => done(at.closest('details').open), 50));
  });
  if (!opened) say(page, `${where}: a link of a fact does not open what it leads to`);
  await tab.close();
}

// Unfolded where there is room: what is folded is on no screen, and axe looks at what is.
async function judge(browser, page, scheme, width) {
  const tab = await open(browser, page, scheme, width, true);
  if (width === widths[0]) await tab.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
  await tab.evaluate(axe);
  const found = await tab.evaluate(() => window.axe.run(document, { resultTypes: ['violations', 'passes'] }));
  if (found.passes.length < 10) say(page, `axe looked at ${found.passes.length} rules only`);
  for (const one of found.violations)
    say(page, `${scheme}, ${width} wide: ${one.id}: ${one.help}: ${one.nodes.length} times, as ${one.nodes[0].html.slice(0, 160)}`);
  await tab.close();
}

async function print(browser, page) {
  const tab = await open(browser, page, 'dark', 1280, false); // what is printed is light whatever the screen is
  const pdf = await tab.pdf({ preferCSSPageSize: true, printBackground: false });
  const count = (Buffer.from(pdf).toString('latin1').match(/\/Type\s*\/Page\b/g) || []).length;
  if (Buffer.from(pdf).subarray(0, 5).toString() !== '%PDF-' || count < 1 || count > 90) say(page, `prints ${count} pages`);
  await tab.emulateMediaType('print');
  const printed = (selector) => tab.evaluate((of) => [...document.querySelectorAll(of)].filter((one) => one.offsetHeight).length, selector);
  const commands = await tab.evaluate(() => document.querySelectorAll('.command').length);
  if (await printed('.command > summary') !== commands) say(page, 'not every request is printed');
  if (await printed('details:not([open]):not(.command)')) say(page, 'prints folds that nobody can open on paper');
  const dark = await tab.evaluate(() => getComputedStyle(document.body).color);
  if (dark.match(/\d+/g).slice(0, 3).some((part) => Number(part) > 96)) say(page, `prints its text in ${dark}`);
  if (shots) fs.writeFileSync(path.join(shots, `${path.basename(page, '.html')}.pdf`), pdf);
  await tab.close();
}

(async () => {
  const browser = await puppeteer.launch({
    executablePath: process.env.RA_CHROMIUM || '/usr/bin/chromium',
    args: ['--disable-gpu', '--hide-scrollbars', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
  });
  try {
    let quick = false;
    for (const page of pages) {
      if (page === '--quick') { quick = true; continue; }
      for (const scheme of quick ? ['light'] : ['light', 'dark'])
        for (const width of quick ? [widths[0]] : widths) {
          await look(browser, page, scheme, width);
          await judge(browser, page, scheme, width);
        }
      if (!quick) await print(browser, page);
    }
  } finally {
    await browser.close();
  }
  process.exit(wrong ? 1 : 0);
})().catch((error) => { console.log(`the browser cannot be asked: ${error.message}`); process.exit(2); });
