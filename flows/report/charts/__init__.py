"""The report's charts: inline SVG and small HTML, from frames of counts and curves that may be shown.

A number that the rule of privacy hides is null: nothing is drawn for it.
"""

from flows.report.charts.bars import stacked_bars
from flows.report.charts.calibration import calibration_plot
from flows.report.charts.confusion import confusion
from flows.report.charts.funnel import funnel
from flows.report.charts.interval import interval_bar
from flows.report.charts.panel import km_panel
from flows.report.charts.swimmer import swimmer

__all__ = ["calibration_plot", "confusion", "funnel", "interval_bar", "km_panel", "stacked_bars", "swimmer"]
