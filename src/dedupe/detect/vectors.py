"""Steps that Numba has no words for, written as vector instructions of LLVM.

The vectors are of a fixed length; LLVM cuts them to what the processor has, and the values are the
same on all. Importing this module imports Numba.
"""
# mypy: disable-error-code="import-untyped,no-untyped-call"
# ruff: noqa: ANN401 - Numba's own types

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 32
"""Permutations whose minima are taken together: multipliers, offsets and minima of so many fit into
the vector registers of any current processor."""

BLOCK = 64
"""Bytes that are compared at a time: one bit each in a machine word."""

_WORD = ir.IntType(64)
_HALF = ir.IntType(32)
_BYTE = ir.IntType(8)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [at])


def _load(builder: Any, pointer: Any, kind: Any) -> Any:
    loaded = builder.load(builder.bitcast(pointer, kind.as_pointer()))
    loaded.align = 1
    return loaded


def _splat(builder: Any, value: Any, kind: Any) -> Any:
    none = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(none, value, ir.Constant(_HALF, 0))
    places = ir.Constant(ir.VectorType(_HALF, kind.count), [0] * kind.count)
    return builder.shuffle_vector(first, none, places)


def _load64(_context: Any, data: Any, _at: Any) -> Any:
    """Eight bytes of ``data`` from ``at`` on, little-endian, on any alignment."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _load(builder, _pointer(context, builder, signature.args[0], *args), _WORD)

    return types.uint64(data, types.intp), generate


load64: Any = intrinsic(_load64)


def _lowest_bit(_context: Any, bits: Any) -> Any:
    """The place of the lowest bit that is set."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(bits), generate


lowest_bit: Any = intrinsic(_lowest_bit)


def _bits_set(_context: Any, bits: Any) -> Any:
    """How many bits are set."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(bits), generate


bits_set: Any = intrinsic(_bits_set)


def _reaching(_context: Any, data: Any, _at: Any, _least: Any) -> Any:
    """Which of the ``BLOCK`` bytes of ``data`` from ``at`` on are ``least`` or more: a bit each."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = ir.VectorType(_BYTE, BLOCK)
        found = _load(builder, _pointer(context, builder, signature.args[0], *args[:2]), block)
        bits = builder.icmp_unsigned(">=", found, _splat(builder, args[2], block))
        return builder.bitcast(bits, _WORD)

    return types.uint64(data, types.intp, types.uint8), generate


reaching: Any = intrinsic(_reaching)


def _minima(
    _context: Any, mixed: Any, _count: Any, factors: Any, offsets: Any, _first: Any, out: Any
) -> Any:
    """For ``LANES`` permutations from ``first`` on: the least that any of the hashes becomes.

    A hash is loaded once for all of them, and multipliers, offsets and minima stay in registers.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        row = ir.VectorType(_HALF, LANES)

        def place(array: int, at: Any) -> Any:
            return _pointer(context, builder, signature.args[array], args[array], at)

        factor = _load(builder, place(2, args[4]), row)
        offset = _load(builder, place(3, args[4]), row)
        least = cgutils.alloca_once_value(builder, ir.Constant(row, [2**32 - 1] * LANES))
        with cgutils.for_range(builder, args[1]) as loop:
            value = _splat(builder, builder.load(place(0, loop.index)), row)
            permuted = builder.add(builder.mul(factor, value), offset)
            known = builder.load(least)
            less = builder.icmp_unsigned("<", permuted, known)
            builder.store(builder.select(less, permuted, known), least)
        target = builder.bitcast(place(5, args[4]), row.as_pointer())
        builder.store(builder.load(least), target).align = 1
        return context.get_dummy_value()

    return types.none(mixed, types.intp, factors, offsets, types.intp, out), generate


minima: Any = intrinsic(_minima)
