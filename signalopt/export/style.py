"""Look of the printed sheets: one palette, one style sheet, no fonts or files from elsewhere.

Colours after Okabe and Ito, "Color Universal Design" (2008), darkened for print; green, amber and red
also differ by height and hatching, so that a sheet stays readable in grey.
"""

from __future__ import annotations

from signalopt.export.lamps import Lamp

INK = "#1b2430"
SOFT = "#5c6675"
FAINT = "#c9d0d9"
HAIR = "#e4e8ed"
PAPER = "#ffffff"
ACCENT = "#1f4e79"
GREEN = "#00836a"
AMBER = "#f0b323"
RED = "#b8322a"
YIELDING = "#b25a00"
WALKING = "#00639c"
ROAD = "#e3e6ea"
ROAD_EDGE = "#c4cad2"
LANE_MARK = "#ffffff"
FORWARD = "#2b6cb0"
BACKWARD = "#c9661f"
LAMP_FILL = {
    Lamp.GREEN: GREEN,
    Lamp.FLASHING: "url(#hatch-green)",
    Lamp.AMBER: AMBER,
    Lamp.RED: RED,
    Lamp.RED_AMBER: "url(#hatch-red-amber)",
    Lamp.DARK: FAINT,
}

CSS = f"""
@page {{ size: A4; margin: 11mm 12mm 12mm 12mm; }}
@page wide {{ size: A4 landscape; margin: 10mm 12mm; }}
* {{ box-sizing: border-box; }}
html {{ -webkit-print-color-adjust: exact; print-color-adjust: exact; }}
body {{
  margin: 0; background: #eceff2; color: {INK};
  font: 8.6pt/1.38 "Inter", "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}}
.page {{
  width: 210mm; margin: 8mm auto; padding: 11mm 12mm 10mm; background: {PAPER};
  box-shadow: 0 1px 2px #0002, 0 6px 24px #0001;
}}
.page.wide {{ width: 297mm; page: wide; }}
svg {{ display: block; width: 100%; height: auto; overflow: hidden; }}
svg text {{ font-family: inherit; fill: {INK}; }}
svg.definitions {{ position: absolute; width: 0; height: 0; }}
a {{ color: {ACCENT}; text-decoration: none; border-bottom: .5pt solid {FAINT}; }}
header {{
  display: flex; justify-content: space-between; align-items: flex-end; gap: 8mm;
  padding-bottom: 3mm; border-bottom: 1.6pt solid {INK};
}}
.eyebrow {{
  margin: 0 0 .8mm; color: {SOFT}; font-size: 7.2pt; font-weight: 600; letter-spacing: .09em;
  text-transform: uppercase;
}}
h1 {{ margin: 0; font-size: 19pt; line-height: 1.12; font-weight: 700; letter-spacing: -.012em; }}
.sub {{ margin: 1mm 0 0; color: {SOFT}; }}
.sub code, td code {{ font: inherit; }}
.figures {{ display: flex; gap: 6mm; margin: 0; }}
.figures div {{ text-align: right; white-space: nowrap; }}
.figures dt {{
  color: {SOFT}; font-size: 7pt; font-weight: 600; letter-spacing: .07em;
  text-transform: uppercase;
}}
.figures dd {{ margin: 0; font-size: 16pt; line-height: 1.1; font-weight: 650; }}
.figures small {{ font-size: 8.5pt; font-weight: 500; color: {SOFT}; }}
h2 {{
  margin: 5mm 0 1.8mm; font-size: 10.4pt; line-height: 1.2; font-weight: 700;
  break-after: avoid;
}}
p {{ margin: 0 0 1.6mm; }}
.lead {{ color: {SOFT}; font-size: 7.9pt; max-width: 165mm; }}
.reference {{ margin: 2.2mm 0 0; color: {SOFT}; font-size: 7.9pt; }}
.stages {{ display: grid; grid-template-columns: repeat(var(--columns), 1fr); gap: 4mm; }}
figure {{ margin: 0; break-inside: avoid; }}
.stages svg {{ border: .6pt solid {FAINT}; border-radius: 1.2mm; background: #f7f8f9; }}
figcaption {{ margin-top: 1mm; font-size: 7.8pt; line-height: 1.3; }}
figcaption b {{ display: block; font-size: 9pt; }}
figcaption span {{ color: {SOFT}; }}
.legend {{
  display: flex; flex-wrap: wrap; gap: 1mm 5mm; margin: 1.8mm 0 0; padding: 0; list-style: none;
  color: {SOFT}; font-size: 7.6pt;
}}
.legend li {{ display: flex; align-items: center; gap: 1.4mm; }}
.legend svg {{ width: 7mm; height: 3mm; flex: none; }}
table {{ width: 100%; border-collapse: collapse; font-size: 7.9pt; }}
thead {{ display: table-header-group; }}
tr {{ break-inside: avoid; }}
th {{
  padding: 0 2mm 1mm 0; color: {SOFT}; font-size: 7pt; line-height: 1.2; font-weight: 600;
  text-align: left; vertical-align: bottom; border-bottom: .9pt solid {INK};
}}
td {{ padding: .75mm 2mm .75mm 0; border-bottom: .4pt solid {HAIR}; vertical-align: top; }}
.number {{ text-align: right; padding-right: 3.5mm; white-space: nowrap; }}
.strong {{ font-weight: 650; }}
td.strong {{ white-space: nowrap; }}
.dense {{ font-size: 7.1pt; line-height: 1.25; }}
.dense th {{ font-size: 6.5pt; padding-right: 1.2mm; }}
.dense td {{ padding: .32mm 1.2mm .32mm 0; white-space: nowrap; }}
.dense .number {{ padding-right: 1.6mm; }}
.clearances.dense {{ font-size: 6.9pt; }}
.clearances.dense th {{ white-space: normal; }}
.dense td.wrap, td.wrap {{ white-space: normal; }}
.minimums.dense .number {{ padding-right: 3.5mm; }}
.columns {{ display: grid; grid-template-columns: 1fr 1fr; gap: 0 6mm; align-items: start; }}
.overview {{ display: grid; grid-template-columns: 1fr 62mm; gap: 0 7mm; align-items: start; }}
.overview svg {{ margin-top: 5mm; }}
.matrix {{ width: auto; }}
.matrix th, .matrix td {{
  min-width: 6.4mm; padding: .28mm .5mm; text-align: center; vertical-align: middle;
  line-height: 1.25; border: .4pt solid {FAINT};
}}
.matrix th {{ color: {INK}; font-size: 6.8pt; background: #f4f6f8; }}
.matrix tbody th {{ text-align: right; white-space: nowrap; }}
.matrix .short {{ white-space: nowrap; }}
.matrix .self {{ background: #e9edf1; }}
.matrix .conflict {{ color: {RED}; font-weight: 700; }}
.matrix .yield {{ color: {YIELDING}; font-weight: 700; }}
.missed {{ color: {RED}; font-weight: 700; }}
.mark {{
  display: inline-block; padding: 0 1.3mm; border-radius: .7mm; font-size: 6.6pt;
  font-weight: 650; line-height: 3.2mm; border: .6pt solid currentColor; white-space: nowrap;
}}
.mark.measured {{ color: {GREEN}; }}
.mark.press {{ color: {WALKING}; }}
.mark.estimated, .mark.inherited {{ color: {YIELDING}; }}
.mark.new {{ color: {RED}; }}
.clean {{
  display: inline-block; padding: 1mm 2.4mm; border-left: 1.6pt solid {GREEN};
  background: #eef6f4; font-weight: 650;
}}
.plain {{ margin: 0; padding: 0; list-style: none; }}
.plain li {{ padding: .6mm 0; border-bottom: .4pt solid {HAIR}; }}
footer {{
  margin-top: 5mm; padding-top: 1.6mm; border-top: .9pt solid {INK}; color: {SOFT};
  font-size: 7pt; line-height: 1.45; break-inside: avoid;
}}
footer b {{ color: {INK}; font-weight: 600; }}
.break {{ break-before: page; }}
@media print {{
  body {{ background: none; }}
  .page, .page.wide {{ width: auto; margin: 0; padding: 0; box-shadow: none; }}
}}
"""
