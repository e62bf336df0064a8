/** The look of the page: calm, light or dark as the reader's system, and plain black on white on paper. */
const LIGHT = `--paper:#fff;--panel:#f6f7f9;--ink:#1c2530;--soft:#56626f;--rule:#dfe4ea;--grid:#e9edf1;
--line:#2563a8;--range:#8db4dd;--good:#1f7a45;--good-fill:#cfe8d8;--warn:#8a5a00;--warn-fill:#f6e3b8;
--bad:#b3261e;--bad-fill:#f6d5d2;--fault:#6f459a;--fault-fill:#e3d5f0;--band:#6f459a1c;--phase:#e4e9ef;--other:#d3dbe4;`
const DARK = `--paper:#12161b;--panel:#1a2027;--ink:#e1e7ee;--soft:#98a5b3;--rule:#2c353f;--grid:#232b34;
--line:#79b4f2;--range:#3d648f;--good:#6fcf97;--good-fill:#1d4a31;--warn:#e5b454;--warn-fill:#553f12;
--bad:#ff8a80;--bad-fill:#5c2320;--fault:#c9a3ec;--fault-fill:#46305f;--band:#c9a3ec1f;--phase:#29323c;--other:#36414d;`

export const STYLES = `
:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif;-webkit-text-size-adjust:100%;overflow-wrap:anywhere}
main{max-width:1080px;margin:0 auto;padding:28px 24px 48px}
h1{font-size:24px;line-height:1.25;margin:0 0 2px;text-wrap:balance}
h2{font-size:16px;margin:36px 0 10px}
p{margin:0 0 8px}
.soft,small{color:var(--soft)}
small{font-size:13px}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.92em}
.verdict{margin:18px 0 0;padding:12px 16px;border-left:5px solid var(--tone);background:var(--panel);border-radius:3px}
.verdict b{color:var(--tone);font-size:18px;margin-right:6px}
.verdict ul{margin:6px 0 0;padding-left:20px}
.verdict .next{margin:10px 0 0}
.good{--tone:var(--good)}.bad{--tone:var(--bad)}.warn{--tone:var(--warn)}.trace{--tone:var(--fault)}.plain{--tone:var(--rule)}
.mark{color:var(--tone);font-weight:600;white-space:nowrap}
.row{display:grid;grid-template-columns:168px minmax(0,1fr);column-gap:50px;align-items:start;margin-bottom:4px}
.row>div:first-child{line-height:1.35}
.row.lane>div:first-child{color:var(--soft);font-size:12.5px;padding-top:1px}
.row>div:first-child small{display:block}
.row>div:first-child small.mono{font-size:12px}
.target{padding-top:14px;margin-top:14px;border-top:1px solid var(--rule);break-inside:avoid}
.target:first-of-type{border-top:0}
svg{display:block;overflow:hidden}
svg.open{overflow:visible}
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
svg text.tick{fill:var(--soft);font-size:11px;font-variant-numeric:tabular-nums}
svg text.value{text-anchor:end;transform:translate(-7px,4px)}
svg text.name{fill:var(--fault);font-size:11.5px;font-weight:600}
svg text.strong{font-weight:600}
svg text.halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
svg text.halo.up{stroke:var(--good-fill)}svg text.halo.unsure{stroke:var(--warn-fill)}svg text.halo.down{stroke:var(--bad-fill)}
svg text.halo.off{stroke:var(--panel);fill:var(--soft)}
.grid{stroke:var(--grid);stroke-width:1;shape-rendering:crispEdges}
path{fill:none;vector-effect:non-scaling-stroke;stroke-linecap:round;stroke-linejoin:round}
.range{stroke:var(--range);stroke-width:1.6;stroke-linecap:butt}
.median{stroke:var(--line);stroke-width:1.7}
.failed{stroke:var(--bad);stroke-width:1.6;stroke-linecap:butt}
.band{fill:var(--band)}.edge{stroke:var(--fault);stroke-width:1;stroke-dasharray:3 3}
.fault{fill:var(--fault-fill);stroke:var(--fault);stroke-width:1}
.phase.even{fill:var(--phase)}.phase.other{fill:var(--other)}
.state.up{fill:var(--good-fill)}.state.unsure{fill:var(--warn-fill)}.state.down{fill:var(--bad-fill)}.state.off{fill:var(--panel)}
.gap{fill:var(--warn)}.hatch{stroke:var(--bad);stroke-width:1.2;opacity:.5}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:500;color:var(--soft);font-size:13px;padding:4px 14px 4px 0;border-bottom:1px solid var(--rule)}
td{padding:6px 14px 6px 0;border-bottom:1px solid var(--grid);vertical-align:top;font-variant-numeric:tabular-nums}
td.when{white-space:nowrap;color:var(--soft);width:1%}
td.first{font-weight:600}
td.none{color:var(--soft)}
td.told::before{content:'●';color:var(--tone);font-size:10px;margin-right:9px;vertical-align:1px}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 16px;margin:0;font-size:14px}
dt{color:var(--soft)}
dd{margin:0}
details{margin-top:12px}
summary{cursor:pointer;color:var(--soft)}
@media (max-width:640px){
main{padding:18px 14px 32px}
h1{font-size:20px}
.row{grid-template-columns:minmax(0,1fr);row-gap:2px}
.row>div:first-child small{display:inline;margin-left:8px}
svg text.odd,svg text.wide{display:none}
svg text.value{text-anchor:start;transform:translate(2px,-3px);paint-order:stroke;stroke:var(--paper);stroke-width:3px}
table.stack,.stack tbody,.stack tr,.stack td{display:block;width:auto}
.stack thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.stack tr{padding:8px 0;border-bottom:1px solid var(--rule)}
.stack td{border:0;padding:1px 0;display:grid;grid-template-columns:104px minmax(0,1fr);column-gap:10px}
.stack td::before{content:attr(data-label);color:var(--soft);font-weight:400}
.stack td.empty{display:none}
}
@media print{
body{font-size:11pt}
main{max-width:none;padding:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
h2{break-after:avoid}
details::details-content{content-visibility:visible;block-size:auto}
summary{list-style:none}
tr{break-inside:avoid}
}
`
