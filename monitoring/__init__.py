"""What watches nodes from outside: rules of Prometheus, dashboard and alerts of Grafana, written by `make generate`.

`rules` writes the alerts for both, `dashboard` puts the rows of `rows` together, `panels` draws them, and `files` says
which file holds what; `servers` runs the programs of Prometheus, for pictures and tests. `prometheus/prometheus.yml`
and `alertmanager.yml` are examples, written by hand.
"""
