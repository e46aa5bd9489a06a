"""What pages share: filters, map, charts, the chosen record, tables, downloads, lists of links."""
