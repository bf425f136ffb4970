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
    private long _data;
    private long _rows;

    public NpyPredictionWriter(Stream stream, IReadOnlyList<ValueInfo> outputs)
    {
        _stream = stream;
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
    }

    public void Write(Tensor[] outputs, int rows)
    {
        Tensor tensor = outputs[_index];
        if (_row is null)
        {
            Begin([.. tensor.Shape[1..]]);
        }

        _stream.Write(tensor.Bytes);
        _rows += rows;
    }

    // The header is written over the one that took its place, now that the number of rows is known; padding keeps its length.
    public void Finish()
    {
        if (_row is null)
        {
            Begin([.. (_output.Type.Shape ?? TensorShape.Scalar).Dims.Skip(1).Select(d => Math.Max(d.Size, 0))]);
        }

        _stream.Position = 0;
        NpyWriter.WriteHeader(_stream, _output.Type.Type, [checked((int)_rows), .. _row!]);
        if (_stream.Position != _data)
        {
            throw new InvalidOperationException($"the npy header took {_stream.Position} bytes, expected {_data}");
        }

        _stream.Position = _stream.Length;
    }

    private void Begin(int[] row)
    {
        _row = row;
        NpyWriter.WriteHeader(_stream, _output.Type.Type, [int.MaxValue, .. row]);
        _data = _stream.Position;
    }
}
