"""The rules language: routing.yaml and macros.yaml, read, checked, matched and rendered. Pure: text in, values out."""
