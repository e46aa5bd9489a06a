// What the modules pass around, for those who read them and for `tsc`. Nothing here runs: types of a script without
// exports are known everywhere.

/**
 * A layer as the catalogue has it (`webmap.document`).
 * @typedef {object} Layer
 * @property {string} id
 * @property {string} title
 * @property {string} description
 * @property {string} symbol one of `catalog.SYMBOLS`
 * @property {Record<ThemeName, string>} colour
 * @property {Record<string, string>} kinds id → title
 * @property {string} [columns] address of a big layer's bytes (webmap/columns.py), instead of GeoJSON
 * @property {string} [features] address of its GeoJSON, where that is not the usual one
 * @property {string} [cards] where the cards of a big layer are, as columns: `names`, `terms`, `texts` of each term
 * @property {string} [uncarded] what is said in place of a card, where the map has no more of a record than its place
 * @property {boolean} [own] whether it is the reader's own and no part of the atlas (webmap/own.py)
 */

/** @typedef {"light" | "dark"} ThemeName */

/**
 * What the map is mounted with (`webmap.options`), and what its home adds.
 * @typedef {object} Options
 * @property {import("leaflet").MapOptions} map Leaflet's own
 * @property {[number, number][]} [opening] two corners to open with, latitude first
 * @property {Layer[]} layers in legend order
 * @property {Record<string, [number, number]>} [landings] landing point → longitude, latitude
 * @property {Record<string, [string, string]>} actors id → name, Chinese name
 * @property {Record<string, [string, Record<string, [number | null, number | null][]>]>} groups id → title and
 *   members with the years of membership; none is always
 * @property {[number, number]} years first and last
 * @property {string[]} ended statuses of what is no more
 * @property {string[]} filters keys of a selection's query, in order
 * @property {string[]} categories properties that are sent to the painter
 * @property {string} version
 * @property {string} boundary
 * @property {string} licence
 * @property {Words} [words] where there is no server
 * @property {Partial<State>} [state] what to show first
 * @property {string} [base] address of the atlas' routes
 * @property {Record<string, object>} [files] path → content, where there is no server
 * @property {Record<string, string[]>} [sources] id → producer, title, address, where there is no server
 * @property {[string, any[]][]} [asked] what others asked of the map before it was there: method and arguments
 * @property {(id: string | null) => void} [onChoose]
 * @property {(filter: object) => void} [onFilter]
 * @property {(query: URLSearchParams) => Promise<number>} [count] how many records a selection has
 * @property {(view: number[]) => void} [onView]
 * @property {(query: URLSearchParams, chosen: string | null) => string} [address] of the present view
 * @property {(id: string) => string} [page] address of a record's page
 * @property {[string, string][]} [stories] title and query of a few stories, for the first visit
 */

/** @typedef {{ letters: Record<string, string>, words: [string, string][], simplified: string }} Spelling */

/**
 * What names are compared by (`webmap.words`).
 * @typedef {object} Words
 * @property {Spelling} spelling
 * @property {Record<string, string[]>} names ISO3 → its names in all languages, folded
 */

/**
 * What the map shows (`webmap.state`).
 * @typedef {object} State
 * @property {string[]} shown ids of the layers that are on
 * @property {string[]} kinds those that are on; none is all
 * @property {[number, number] | null} years
 * @property {boolean} undated
 * @property {string} text words that the records have, which the host answers
 * @property {string} selected a bit for each record, in base64: those that pass the host's filters
 * @property {Choices} choices filters that the browser answers, too
 * @property {Record<string, string[]>} query the host's selection
 * @property {Shading | null} shading
 * @property {string | null} chosen a record's id
 * @property {ThemeName} theme
 * @property {number} [act] number of the reader's last filter that the host answers
 * @property {string} [version]
 * @property {boolean} [follow] whether the host hears of each year while they play
 * @property {boolean} [opened] whether a link has just been opened
 * @property {"all" | "legend" | "nothing"} [round] what stands round the drawing
 * @property {Layer[]} [own] layers that the reader brought to the host
 * @property {number[]} [view] latitude, longitude, zoom that it asks for
 * @property {{ shown: string[] }} [host] what the host said is on
 */

/** @typedef {import("./data/choices.js").Choices} Choices */

/**
 * How countries are filled (`webmap/shading.py`).
 * @typedef {object} Shading
 * @property {string} title
 * @property {[string, Mark][]} classes words and mark of each line of the legend
 * @property {Record<string, Mark>} marks ISO3 → mark
 * @property {Mark} other the mark of all others
 */

/** @typedef {number | "zero" | "none" | "missing"} Mark */

/** @typedef {{ id: string, geometry: any, properties: any }} Feature GeoJSON; layers differ in their properties */

/**
 * The element of the app's map, which stays for as long as the page is open.
 * @typedef {HTMLElement & { atlas?: object, atlasPage?: Promise<any>, atlasTrigger?: Function }} Host
 */

/** @typedef {{ feature: Feature, layer: Layer }} Entry a record with its layer */

/**
 * Records as columns; see data/columns.js.
 * @typedef {object} Source
 * @property {number} n
 * @property {Record<string, Uint8Array>} columns
 * @property {Record<string, string[]>} vocabularies
 * @property {{ x: Float32Array, y: Float32Array, record: Uint32Array }} points
 * @property {Lines} lines
 */

/**
 * @typedef {object} Lines
 * @property {Float32Array} x
 * @property {Float32Array} y
 * @property {Uint32Array} offsets where each line begins in x and y, and where the last one ends
 * @property {Uint32Array} record
 * @property {Float32Array} box west, north, east, south of each line
 */

/**
 * What a source is sifted by; see data/columns.js.
 * @typedef {object} Filter
 * @property {string[]} layers
 * @property {string[]} [kinds]
 * @property {[number, number] | null} [years]
 * @property {boolean} [undated]
 * @property {Uint8Array | null} [only]
 * @property {Map<number, [number | null, number | null][]> | null} [spans]
 * @property {Record<string, [number | null, number | null][]> | null} [hosts]
 */

/**
 * The numbers of legend and years; see `sift`.
 * @typedef {object} Tally
 * @property {Record<string, number>} on
 * @property {Record<string, Record<string, number>>} kinds
 * @property {number} undated
 * @property {Record<string, number>} present
 */

/**
 * A record under the pointer, by its source's place and its number.
 * @typedef {object} Hit
 * @property {number} source
 * @property {number} record
 * @property {number} away CSS pixels
 * @property {number[] | null} along of the nearest, if it is a line: the stretch of it that is near, in CSS pixels
 * @property {string} layer
 * @property {string} [kind]
 * @property {string} [status]
 * @property {number} begin
 */

/**
 * What stands where in a picture, in its pixels.
 * @typedef {object} Stand
 * @property {number} radius of a symbol
 * @property {Float32Array} symbols x and y of each in turn
 * @property {Cluster[]} clusters
 */

/**
 * Places near each other that share a mark with a count.
 * @typedef {object} Cluster
 * @property {number} x
 * @property {number} y
 * @property {number} reach half its width
 * @property {[string, number][]} layers id and number of records, in the catalogue's order
 * @property {[number, number][]} records source and number of each, the weightiest first
 */

/**
 * A part of the world as the painter is asked for it, in pixels of the world at its zoom.
 * @typedef {object} View
 * @property {number} zoom
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number} ratio pixels of the screen to one of CSS
 */

/**
 * A name on the map.
 * @typedef {object} Name
 * @property {string[]} text lines
 * @property {number} font pixels
 * @property {boolean} [strong] a landing point's
 * @property {number} x
 * @property {number} y
 * @property {[number, number]} place latitude, longitude
 * @property {number} [dx] how far beside its place
 */

/**
 * @typedef {object} Loaded
 * @property {{ features: Feature[] } | null} countries
 * @property {Entry[]} records
 * @property {(id: string) => Layer | undefined} layerOf
 * @property {(state: State) => Tally} tally the numbers that another state would have
 */

/**
 * What the parts round the drawing share; made in atlas-map.js.
 * @typedef {object} Parts
 * @property {typeof import("leaflet")} L
 * @property {import("leaflet").Map} map
 * @property {HTMLElement} el the map's element, with all that stands round the map
 * @property {Options} options
 * @property {Loaded} store what is loaded (data/store.js)
 * @property {Map<string, Layer>} layers
 * @property {State} state what is shown now
 * @property {Tally | null} tally null until the records are counted
 * @property {boolean} faded whether all but the chosen record fades
 * @property {(part: Partial<State>, how?: { soon?: boolean }) => void} change sets what the reader set
 * @property {() => void} send lets the host know at once
 * @property {(id: string | null) => void} choose
 * @property {(at: { x: number, y: number }) => Promise<Entry[]>} hits what is drawn at a point, nearest first
 * @property {() => Entry[]} visible the records that are shown
 * @property {(id: string | null) => Entry | undefined} byId
 * @property {() => Promise<Words>} words
 * @property {() => Promise<Record<string, object>>} details id → what only the card says (`webmap.details`)
 * @property {() => Promise<Record<string, string[]>>} sources id → producer, title, address
 * @property {<T>(work: () => T | Promise<T>) => Promise<T>} sharp runs while the picture is fit for print
 * @property {() => void} open goes back to the opening view
 * @property {() => void} fit shows the chosen countries, or else those of all records that are shown
 * @property {(bounds: number[][], maxZoom: number, margin?: number) => void} see moves the map to places in the window
 * @property {() => { text: string[], lon: number, lat: number }[]} landingNames
 * @property {() => Promise<{ x: number, y: number, panes: Record<string, string> }>} vector the picture as SVG
 * @property {() => Stand} stand what stands where in the picture, in pixels of the map's container
 * @property {(records: [number, number][]) => Promise<Entry[]>} about records by source and number
 * @property {() => number[][]} standBoxes left, top, right, bottom of what symbols and counts cover
 * @property {() => number[][]} badgeBoxes left, top, right, bottom of what badges cover
 * @property {() => Name[]} names those that stand on the map
 */
