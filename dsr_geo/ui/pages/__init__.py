"""One file a page, each an entry of `dsr_geo.ui.PAGES`: `draw` draws it, and Streamlit runs the file as a script."""
