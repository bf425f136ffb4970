using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Image files, in a folder or a zip, stretched to the size of a model's only input; each row is told by its file's name.</summary>
internal sealed class ImageRowSource : IRowSource
{
    private readonly IImageReader _images;
    private readonly int[] _row;
    private readonly (int Channels, int Height, int Width) _shape;
    private readonly bool _channelsLast;
    private int _next;

    public ImageRowSource(string path, IReadOnlyList<ValueInfo> inputs, ImageOpener open)
    {
        if (inputs.Count != 1 || inputs[0].Type is not { Type: DType.UInt8, Shape: { Rank: 3 or 4 } shape } || shape.Dims.Skip(1).Any(d => !d.IsKnown))
        {
            throw AnnealException.BadData(
                $"images fill one uint8 input [N, C, H, W], [N, H, W, C] or [N, H, W] of known sizes; the model takes {string.Join(", ", inputs.Select(i => $"'{i}'"))}",
                "give the rows as npy").In(path);
        }

        _row = [.. shape.Dims.Skip(1).Select(d => d.Size)];
        _channelsLast = _row is [not (1 or 3), _, 1 or 3];
        _shape = _row switch
        {
            [int height, int width] => (1, height, width),
            [int height, int width, int channels] when _channelsLast => (channels, height, width),
            [int channels and (1 or 3), int height, int width] => (channels, height, width),
            _ => throw AnnealException.BadData($"input '{inputs[0]}' has neither 1 nor 3 channels").In(path),
        };
        _images = open(path, _shape.Channels, _shape.Height, _shape.Width);
    }

    public long? Rows => _images.Count;

    public double Fraction => _images.Count == 0 ? 1 : (double)_next / _images.Count;

    public IReadOnlyList<string> Ignored => [];

    public string KeyName => "file";

    public IRowLane OpenLane() => new Lane(this);

    public void Skip(long count) => _next = count <= _images.Count
        ? (int)count
        : throw AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{_images.Count} images, expected at least {count}"));

    public void Dispose() => _images.Dispose();

    private sealed class Lane(ImageRowSource source) : IRowLane
    {
        private readonly int _size = Tensor.LengthOf(source._row);
        private readonly List<string> _names = [];
        private byte[] _planes = [];
        private Tensor? _feed;
        private int _first;
        private int _count;

        public Tensor? Keys => Tensor.OfStrings([_names.Count], [.. _names]);

        public int Take(int count)
        {
            _first = source._next;
            _count = Math.Min(count, source._images.Count - _first);
            source._next += _count;
            return _count;
        }

        public Tensor[] Parse(List<RejectedRow>? rejects)
        {
            _feed = _feed?.Shape[0] >= _count ? _feed : Tensor.Zeros(DType.UInt8, [_count, .. source._row]);
            _names.Clear();
            for (int i = _first; i < _first + _count; i++)
            {
                try
                {
                    Decode(i, _feed.Bytes.Slice(_names.Count * _size, _size));
                    _names.Add(source._images.Name(i));
                }
                catch (AnnealException error) when (rejects is not null)
                {
                    rejects.Add(new RejectedRow(i + 1, $"{source._images.Name(i)}: {error.Text}"));
                }
                catch (AnnealException error)
                {
                    throw error.In(source._images.Name(i));
                }
            }

            return [_names.Count == _feed.Shape[0] ? _feed : _feed.Rows(0, _names.Count)];
        }

        public void Dispose() => source._images.EndThread();

        private void Decode(int index, Span<byte> row)
        {
            if (!source._channelsLast || source._shape.Channels == 1)
            {
                source._images.Decode(index, row);
                return;
            }

            _planes = _planes.Length == _size ? _planes : new byte[_size];
            source._images.Decode(index, _planes);
            int channels = source._shape.Channels;
            ArrayRow.Transpose(_planes, row, channels, _size / channels, sizeof(byte));
        }
    }
}
