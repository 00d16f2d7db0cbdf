"""The report: a plan as one self-contained HTML file, for the organisation, a person or a manager.

`gradus.report(plan)` makes it. One module per section, each a function from the material to what its template shows;
templates and assets are data of this package.
"""
