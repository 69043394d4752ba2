import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as table from '@grafana/grafana-foundation-sdk/table'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import { DIMENSIONS } from './queries.ts'

/** Whoever imports a dashboard chooses the data source by this variable. */
const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' }

/** A dashboard is 24 columns wide. */
const [QUARTER, HALF, FULL] = [6, 12, 24] as const

export interface PanelText {
  readonly title: string
  /** What the figure is made of, in one or two sentences. */
  readonly description: string
  /** A Grafana unit, such as `currencyUSD`; without decimals set, small costs keep their digits. */
  readonly unit: string
}

/** A PromQL expression and how its series are called. */
export interface Series {
  readonly expr: string
  readonly legend?: string
}

/** The processor's own page, at the address that the variable has, in the time range of the panel. */
const PAGE = '${page}/#/?from=${__from}&to=${__to}'

/** Where the legend is a dimension: from the series to its spend and traces on the page. */
function listLinks(legend: string | undefined): dashboard.DashboardLinkBuilder[] {
  const found = Object.entries(DIMENSIONS).find(([, label]) => legend === `{{${label}}}`)
  if (found === undefined) return []
  const [name, label] = found
  const where = `where=${name}%3D\${__field.labels.${label}:percentencode}`
  return [
    new dashboard.DashboardLinkBuilder(`Spend and traces of this ${name}`)
      .url(`${PAGE}&${where}`)
      .targetBlank(true),
  ]
}

/** One figure. */
export function showStat({ title, description, unit }: PanelText, expr: string) {
  return new stat.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .noValue('no data')
    .height(4)
    .span(QUARTER)
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.None)
    .withTarget(ask({ expr }).instant())
}

/** Lines over time; `isStacked` where they add up to something. */
export function showTrend(
  { title, description, unit }: PanelText,
  series: readonly Series[],
  { isStacked = false, isWide = false, withExemplars = false } = {},
) {
  const panel = new timeseries.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .min(0)
    .height(9)
    .span(isWide ? FULL : HALF)
    .fillOpacity(isStacked ? 30 : 5)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['mean', 'max', 'lastNotNull']),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .dataLinks(listLinks(series[0]?.legend))
    .targets(series.map((each, index) => ask(each, index).range().exemplar(withExemplars)))
  return isStacked
    ? panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))
    : panel
}

/** Bars by one label, largest first. */
export function showRanking({ title, description, unit }: PanelText, series: Series) {
  return new bargauge.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .min(0)
    .height(9)
    .span(HALF)
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .noValue('no data')
    .dataLinks(listLinks(series.legend))
    .withTarget(ask(series).instant())
}

/** A row for each series, a column for each query; `columns` names them. */
export function showTable(
  { title, description, unit }: PanelText,
  columns: Readonly<Record<string, string>>,
  units: Readonly<Record<string, string>> = {},
) {
  const names = Object.keys(columns)
  const panel = new table.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .height(10)
    .span(FULL)
    .targets(
      names.map((name, index) =>
        ask({ expr: columns[name] ?? '' }, index)
          .instant()
          .format(prometheus.PromQueryFormat.Table),
      ),
    )
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        renameByName: Object.fromEntries(names.map((name, index) => [valueOf(index), name])),
      },
    })
  for (const [name, value] of Object.entries(units)) {
    panel.overrideByName(name, [{ id: 'unit', value }])
  }
  return panel
}

/** As Grafana calls the value of the n-th query in a table. */
function valueOf(index: number): string {
  return `Value #${refId(index)}`
}

function refId(index: number): string {
  return String.fromCodePoint('A'.codePointAt(0)! + index)
}

function ask({ expr, legend }: Series, index = 0): prometheus.DataqueryBuilder {
  const query = new prometheus.DataqueryBuilder()
    .datasource(DATA_SOURCE)
    .expr(expr)
    .refId(refId(index))
  return legend === undefined ? query : query.legendFormat(legend)
}

export interface DashboardText {
  readonly uid: string
  readonly title: string
  readonly description: string
  /** Whether the figures follow the dimensions, as costs do. */
  readonly hasDimensions: boolean
}

export interface Row {
  readonly title: string
  readonly panels: readonly Builder<dashboard.Panel>[]
}

/** A dashboard that can be imported as it is: the data source and all filters are variables. */
export function createDashboard(
  { uid, title, description, hasDimensions }: DashboardText,
  rows: readonly Row[],
): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['spancost', 'genai', 'cost'])
    .time({ from: 'now-24h', to: 'now' })
    .refresh('1m')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .withVariable(
      new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    )
    .link(
      new dashboard.DashboardLinkBuilder('spancost')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['spancost'])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    )
  if (hasDimensions) for (const variable of listVariables()) builder.withVariable(variable)
  for (const row of rows) {
    builder.withRow(new dashboard.RowBuilder(row.title))
    for (const panel of row.panels) builder.withPanel(panel)
  }
  return builder.build()
}

/**
 * One for each dimension; `All` is `.*`, so that series without the label stay. And where the page
 * of the processor is.
 */
function listVariables(): Builder<dashboard.VariableModel>[] {
  const page = new dashboard.TextBoxVariableBuilder('page')
    .label('Page')
    .description('Where the page of the processor is, for links to it')
    .defaultValue('http://127.0.0.1:14320')
  const dimensions = Object.entries(DIMENSIONS).map(([name, label]) =>
    new dashboard.QueryVariableBuilder(name)
      .label(name)
      .datasource(DATA_SOURCE)
      .query(`label_values(spancost_operations_total, ${label})`)
      .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
      .sort(dashboard.VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      .allValue('.*')
      .current({ text: 'All', value: '$__all', selected: true }),
  )
  return [...dimensions, page]
}
