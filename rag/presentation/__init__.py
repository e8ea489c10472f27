"""The only place that words what people and programs see."""
