using System.Globalization;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>Parses the Python dictionary in an npy header: exactly the keys descr, fortran_order and shape, once each, in any order.</summary>
internal ref struct NpyHeaderParser(DataFile file, string text)
{
    private const int MaxRank = 32;
    private int _at;

    public ArrayHeader Parse()
    {
        string? descriptor = null;
        bool? isColumnMajor = null;
        long[]? shape = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = Quoted();
            Expect(':');
            switch (key)
            {
                case "descr" when descriptor is null:
                    descriptor = Peek() is '\'' or '"' ? Quoted() : throw file.Error("structured npy arrays are not read, expected one plain element type");
                    break;
                case "fortran_order" when isColumnMajor is null:
                    isColumnMajor = Word() switch
                    {
                        "True" => true,
                        "False" => false,
                        string other => throw Wrong($"fortran_order is '{other}'"),
                    };
                    break;
                case "shape" when shape is null:
                    shape = Shape();
                    break;
                default:
                    throw Wrong($"key '{key}' is unknown or given twice");
            }

            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }

        if (text.AsSpan(_at).Trim(" \n\0").Length > 0)
        {
            throw Wrong("text follows the dictionary");
        }

        if (descriptor is null || isColumnMajor is null || shape is null)
        {
            throw Wrong("one of descr, fortran_order and shape is missing");
        }

        if (isColumnMajor.Value)
        {
            throw file.Error("fortran_order: True (column-major) is not read", "save numpy.ascontiguousarray(array)");
        }

        return new ArrayHeader(TypeOf(descriptor), shape);
    }

    private readonly DType TypeOf(string descriptor)
    {
        if (descriptor.StartsWith('>'))
        {
            throw file.Error($"big-endian element type '{descriptor}' is not read", "save array.astype(array.dtype.newbyteorder('<'))");
        }

        foreach (DType type in Enum.GetValues<DType>())
        {
            if (NpyReader.DescriptorOf(type) is { } known && (descriptor == known || (known[0] == '|' && descriptor == $"<{known.AsSpan(1)}")))
            {
                return type;
            }
        }

        throw file.Error($"npy element type '{descriptor}' is not read", "numbers and bools of 1 to 8 bytes are");
    }

    private long[] Shape()
    {
        var sizes = new List<long>();
        Expect('(');
        while (!Accept(')'))
        {
            string word = Word();
            if (!long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long size) || sizes.Count == MaxRank)
            {
                throw Wrong(sizes.Count == MaxRank ? $"shape has more than {MaxRank} dimensions" : $"shape holds '{word}'");
            }

            sizes.Add(size);
            if (!Accept(','))
            {
                Expect(')');
                break;
            }
        }

        return [.. sizes];
    }

    private string Quoted()
    {
        char quote = Peek();
        int end = quote is '\'' or '"' ? text.IndexOf(quote, _at + 1) : -1;
        if (end < 0)
        {
            throw Wrong($"a quoted string is expected at byte {_at}");
        }

        string value = text[(_at + 1)..end];
        _at = end + 1;
        return value;
    }

    private string Word()
    {
        _ = Peek();
        int start = _at;
        while (_at < text.Length && char.IsAsciiLetterOrDigit(text[_at]) && _at - start < 32)
        {
            _at++;
        }

        return text[start.._at];
    }

    private char Peek()
    {
        while (_at < text.Length && text[_at] is ' ' or '\n')
        {
            _at++;
        }

        return _at < text.Length ? text[_at] : '\0';
    }

    private bool Accept(char c)
    {
        bool isThere = Peek() == c;
        _at += isThere ? 1 : 0;
        return isThere;
    }

    private void Expect(char c)
    {
        if (!Accept(c))
        {
            throw Wrong($"'{c}' is expected at byte {_at}");
        }
    }

    private readonly AnnealException Wrong(string text) => file.Error($"damaged npy header: {text}");
}
