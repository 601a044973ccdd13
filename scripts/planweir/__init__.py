"""Planweir: carries out an implementation plan and makes each of its rules true."""

__version__ = "0.5.0"
