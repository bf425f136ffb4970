using System.Buffers;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Writes one output as an npy array: the probabilities, else the prediction, else the model's only output.</summary>
internal sealed class NpyPredictionWriter : IPredictionWriter
{
    private readonly Stream _stream;
    private readonly ValueInfo _output;
    private readonly int _index;
    private int[]? _row;
    private long _rows;

    /// <summary>Prepares to write.</summary>
    /// <param name="stream">The file, at its end.</param>
    /// <param name="outputs">The outputs.</param>
    /// <param name="written">The shape of what the file holds, its first number apart; null where it is empty.</param>
    /// <param name="rows">The rows that it holds.</param>
    /// <exception cref="AnnealException">None of the outputs is the one to write.</exception>
    public NpyPredictionWriter(Stream stream, IReadOnlyList<ValueInfo> outputs, int[]? written, long rows)
    {
        _stream = stream;
        _rows = rows;
        string[] names = [.. outputs.Select(o => o.Name)];
        _index = Array.IndexOf(names, ModelSignature.ProbabilitiesOutput);
        _index = _index >= 0 ? _index : Array.IndexOf(names, ModelSignature.ProbabilityOutput);
        _index = _index >= 0 ? _index : Array.IndexOf(names, ModelSignature.PredictionOutput);
        _index = _index < 0 && names.Length == 1 ? 0 : _index;
        if (_index < 0)
        {
            throw AnnealException.BadUsage(
                $"an npy file holds one array, and the model's outputs are {string.Join(", ", names)}: none is '{ModelSignature.ProbabilitiesOutput}' or '{ModelSignature.PredictionOutput}'",
                "write a .csv file");
        }

        _output = outputs[_index];
        _row = written;
    }

    public bool IsAtBoundary => true;

    public void Encode(ReadOnlySpan<Tensor> outputs, int rows, ArrayBufferWriter<byte> into)
    {
    }

    public void Append(ReadOnlySpan<byte> encoded, ReadOnlySpan<Tensor> outputs, int rows)
    {
        Tensor tensor = outputs[_index];
        if (_row is null)
        {
            Begin([.. tensor.Shape[1..]]);
        }

        _stream.Write(tensor.Bytes);
        _rows += rows;
    }

    public void Commit()
    {
    }

    // The header is written over the one that took its place, now that the number of rows is known; padding keeps its length.
    public void Finish()
    {
        if (_row is null)
        {
            Begin([.. (_output.Type.Shape ?? TensorShape.Scalar).Dims.Skip(1).Select(d => Math.Max(d.Size, 0))]);
        }

        long data = _rows * Tensor.LengthOf(_row!) * _output.Type.Type.Size();
        _stream.Position = 0;
        NpyWriter.WriteHeader(_stream, _output.Type.Type, [checked((int)_rows), .. _row!]);
        if (_stream.Position + data != _stream.Length)
        {
            throw new InvalidOperationException($"the npy header took {_stream.Position} bytes, and {data} of data follow in {_stream.Length}");
        }

        _stream.Position = _stream.Length;
    }

    public void Dispose()
    {
    }

    private void Begin(int[] row)
    {
        _row = row;
        NpyWriter.WriteHeader(_stream, _output.Type.Type, [int.MaxValue, .. row]);
    }
}
