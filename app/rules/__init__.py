"""The rules language: routing.yaml and macros.yaml are read, checked, matched and rendered."""
