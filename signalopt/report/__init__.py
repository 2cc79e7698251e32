"""The report: one page of HTML that shows what a plan does, in Kazakh, Russian and English."""
