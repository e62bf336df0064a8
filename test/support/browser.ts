/** A real browser, as a reader's: Debian's Chromium without a window, which loads nothing but what a test opens. */
import {existsSync} from 'node:fs'
import {type Browser, type BrowserContextOptions, type Page, chromium} from 'playwright-core'

const PROGRAMS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** Null where there is none; `npm test` installs it. End it with `close`. */
export async function openBrowser(): Promise<Browser | null> {
  const executablePath = PROGRAMS.find((program) => existsSync(program))
  // As root its own sandbox can't be set up; the pages are ours.
  return executablePath === undefined ? null : chromium.launch({executablePath, args: ['--no-sandbox']})
}

export interface Visit {
  readonly page: Page
  /** What the page asked for, itself left out, and what the browser complained about. */
  readonly noise: readonly string[]
}

/** Opens a file as a person does who clicks on it. */
export async function visitFile(browser: Browser, file: string, as: BrowserContextOptions): Promise<Visit> {
  const page = await browser.newPage(as)
  const noise: string[] = []
  const own = `file://${file}`
  page.on('request', (request) => {
    if (request.url() !== own) noise.push(`asked for ${request.url()}`)
  })
  page.on('console', (message) => noise.push(`said ${message.text()}`))
  page.on('pageerror', (error) => noise.push(`threw ${error.message}`))
  await page.goto(own)
  return {page, noise}
}
